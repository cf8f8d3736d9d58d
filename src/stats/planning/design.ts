import { CrucibleError, show } from '../../core/errors.ts';
import { requireFinite, requireFraction, requirePositive } from '../special/checks.ts';

/** Samples that come in groups whose members are alike. */
export interface ClusterDesign {
  /** Intraclass correlation, from 0 to 1: see `intraclassCorrelation`. For pairs, that of the differences. */
  readonly icc: number;
  /** Samples in a cluster, on average. */
  readonly size: number;
  /** Standard deviation of the sizes over their mean. Default 0: equal clusters. */
  readonly sizeVariation?: number;
}

/** A spread that repeats make smaller: each sample is measured several times, and its repeats are averaged. */
export interface RepeatedSpread {
  /** Standard deviation between the true means of the samples; for pairs, of the differences of those means. */
  readonly between: number;
  /** Standard deviation of the repeats of one sample, in the first and the second group. */
  readonly within: readonly [number, number];
  /** How often each sample is measured, in the first and the second group. */
  readonly repeats: readonly [number, number];
}

/** Two independent samples and the difference of their means: Welch's t-test. */
export interface MeansDesign {
  readonly kind: 'means';
  /** Standard deviation of the values: of both groups, of each, or made of repeats. */
  readonly sd: number | readonly [number, number] | RepeatedSpread;
  /** Size of the second group over that of the first. Default 1. */
  readonly ratio?: number;
  readonly cluster?: ClusterDesign;
}

/** Pairs and their mean difference, or one sample and its mean: the paired or one-sample t-test. */
export interface PairedMeansDesign {
  readonly kind: 'paired_means';
  /** Standard deviation of the differences, or made of repeats. */
  readonly sd: number | RepeatedSpread;
  readonly cluster?: ClusterDesign;
}

/** Two independent samples and the difference of their rates. */
export interface ProportionsDesign {
  readonly kind: 'proportions';
  /** The rate of the first group. */
  readonly baseline: number;
  /** Size of the second group over that of the first. Default 1. */
  readonly ratio?: number;
  readonly cluster?: ClusterDesign;
}

/** Pairs and the difference of their rates: McNemar's test. */
export interface PairedProportionsDesign {
  readonly kind: 'paired_proportions';
  /** The share of pairs that differ. */
  readonly discordant: number;
  readonly cluster?: ClusterDesign;
}

export type Design = MeansDesign | PairedMeansDesign | ProportionsDesign | PairedProportionsDesign;

/**
 * By what a variance grows in clusters: 1 + (m − 1)·ICC (Kish 1965), with m·(1 + cv²) for m where sizes vary (Eldridge, Ashby and
 * Kerry 2006). 1 without clusters.
 */
export function designEffect(cluster: ClusterDesign | undefined): number {
  if (cluster === undefined) return 1;
  const { icc, size, sizeVariation = 0 } = cluster;
  if (!(icc >= 0 && icc <= 1)) {
    throw new CrucibleError('invalid_argument', `icc is ${show(icc)}.`, { hint: 'Give a number from 0 to 1.' });
  }
  if (!(size >= 1 && Number.isFinite(size))) {
    throw new CrucibleError('invalid_argument', `The cluster size is ${show(size)}.`, {
      hint: 'Give a number of at least 1.',
    });
  }
  notNegative('sizeVariation', sizeVariation);
  return 1 + (size * (1 + sizeVariation ** 2) - 1) * icc;
}

/** The variances of the two groups of a design of means. */
export function groupVariances(sd: MeansDesign['sd']): readonly [number, number] {
  if (typeof sd === 'number') return [square('sd', sd), square('sd', sd)];
  if (!('between' in sd)) return [square('sd', sd[0]), square('sd', sd[1])];
  const [first, second] = repeatVariances(sd);
  const between = notNegative('between', sd.between) ** 2;
  return [positiveVariance(between + first), positiveVariance(between + second)];
}

/** The variance of a paired difference: ω² + σ_A²/K_A + σ_B²/K_B (Miller, arXiv 2411.00640). */
export function differenceVariance(sd: PairedMeansDesign['sd']): number {
  if (typeof sd === 'number') return square('sd', sd);
  const [first, second] = repeatVariances(sd);
  return positiveVariance(notNegative('between', sd.between) ** 2 + first + second);
}

/** Throws `invalid_argument` for parameters of a design that are out of range. */
export function checkDesign(design: Design): void {
  designEffect(design.cluster);
  if ('ratio' in design && design.ratio !== undefined) requirePositive('ratio', design.ratio);
  if (design.kind === 'means') groupVariances(design.sd);
  else if (design.kind === 'paired_means') differenceVariance(design.sd);
  else if (design.kind === 'proportions') requireFraction('baseline', design.baseline);
  else if (design.kind === 'paired_proportions') requireFraction('discordant', design.discordant);
  else {
    throw new CrucibleError('invalid_argument', `The design is ${show((design as { kind: unknown }).kind)}.`, {
      hint: 'Give means, paired_means, proportions or paired_proportions.',
    });
  }
}

function repeatVariances({ within, repeats }: RepeatedSpread): readonly [number, number] {
  for (const times of repeats) {
    if (!(times >= 1 && Number.isFinite(times))) {
      throw new CrucibleError('invalid_argument', `repeats is ${show(times)}.`, {
        hint: 'Give a number of at least 1.',
      });
    }
  }
  return [notNegative('within', within[0]) ** 2 / repeats[0], notNegative('within', within[1]) ** 2 / repeats[1]];
}

function square(name: string, value: number): number {
  requirePositive(name, value);
  return positiveVariance(value * value);
}

function positiveVariance(variance: number): number {
  requirePositive('The variance', variance);
  return variance;
}

function notNegative(name: string, value: number): number {
  requireFinite(name, value);
  if (value < 0) {
    throw new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, { hint: 'Give a number of at least 0.' });
  }
  return value;
}
