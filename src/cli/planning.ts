import { CrucibleError, show } from '../core/errors.ts';
import type { ClusterDesign, Design, RepeatedSpread } from '../stats/planning/design.ts';
import { minimumDetectableEffect, type Plan, type PlanOptions, power, sampleSize } from '../stats/planning/plan.ts';
import { numberOf } from './numbers.ts';

/** A design as it was given on the command line. */
export interface DesignFlags {
  readonly sd?: string;
  readonly repeats?: string;
  readonly within?: string;
  readonly baseline?: string;
  readonly discordant?: string;
  readonly ratio?: string;
  readonly icc?: string;
  readonly clusterSize?: string;
  readonly clusterVariation?: string;
}

/** What is known of an experiment; of `effect`, `n` and `power` one is to be found out. */
export interface Known {
  readonly effect: number | undefined;
  readonly n: number | undefined;
  readonly power: number | undefined;
  readonly alpha: number | undefined;
  readonly alternative: string | undefined;
}

type Flag = keyof DesignFlags;

const NAMES: Readonly<Record<Flag, string>> = {
  sd: '--sd',
  repeats: '--repeats',
  within: '--within',
  baseline: '--baseline',
  discordant: '--discordant',
  ratio: '--ratio',
  icc: '--icc',
  clusterSize: '--cluster-size',
  clusterVariation: '--cluster-variation',
};
const CLUSTERS: readonly Flag[] = ['icc', 'clusterSize', 'clusterVariation'];
const ALLOWED: Readonly<Record<string, readonly Flag[]>> = {
  means: ['sd', 'repeats', 'within', 'ratio', ...CLUSTERS],
  'paired-means': ['sd', 'repeats', 'within', ...CLUSTERS],
  rates: ['baseline', 'ratio', ...CLUSTERS],
  'paired-rates': ['discordant', ...CLUSTERS],
};

/** The design that the flags describe. Throws `invalid_argument` for one that lacks something, or is given what it has no use for. */
export function designOf(kind: string, flags: DesignFlags): Design {
  const allowed = ALLOWED[kind];
  if (!allowed) {
    throw refused(`There is no design ${show(kind)}.`, `Give ${Object.keys(ALLOWED).join(', ')}.`);
  }
  const given = (Object.keys(NAMES) as Flag[]).filter((flag) => flags[flag] !== undefined);
  const useless = given.find((flag) => !allowed.includes(flag));
  if (useless) {
    const names = allowed.map((flag) => NAMES[flag]).join(', ');
    throw refused(`${NAMES[useless]} does not go with ${kind}.`, `It takes ${names}.`);
  }
  const ratio = numberOf('--ratio', flags.ratio);
  const cluster = clusterOf(flags);
  const rest = { ...(cluster ? { cluster } : {}) };
  const sized = { ...rest, ...(ratio === undefined ? {} : { ratio }) };
  if (kind === 'means') return { kind: 'means', sd: spreadOf(flags), ...sized };
  if (kind === 'rates') return { kind: 'proportions', baseline: required('--baseline', flags.baseline), ...sized };
  if (kind === 'paired-rates') {
    return { kind: 'paired_proportions', discordant: required('--discordant', flags.discordant), ...rest };
  }
  const sd = spreadOf(flags);
  if (typeof sd === 'number' || 'between' in sd) return { kind: 'paired_means', sd, ...rest };
  throw refused('--sd has two numbers.', 'Pairs have one: the standard deviation of their differences.');
}

/** Samples, effect or power, whichever the others leave open. Throws `invalid_argument` where they leave none or too much. */
export function planned(design: Design, { effect, n, power: wanted, alpha, alternative }: Known): Plan {
  const options: PlanOptions & { power?: number } = {
    ...(alpha === undefined ? {} : { alpha }),
    ...(alternative === undefined ? {} : { alternative: sideOf(alternative) }),
  };
  const aimed = { ...options, ...(wanted === undefined ? {} : { power: wanted }) };
  if (effect !== undefined && n !== undefined) {
    if (wanted === undefined) return power(design, n, effect, options);
    throw refused('--effect, --n and --power leave nothing to find out.', 'Leave one of them out.');
  }
  if (effect !== undefined) return sampleSize(design, effect, aimed);
  if (n !== undefined) return minimumDetectableEffect(design, n, aimed);
  throw refused('Neither --effect nor --n is given.', 'Give the effect worth finding, or the samples there are.');
}

function required(flag: string, text: string | undefined): number {
  const number = numberOf(flag, text);
  if (number !== undefined) return number;
  throw refused(`${flag} is missing.`, 'The plan depends on it: take it from a pilot or from earlier runs.');
}

function pairOf(flag: string, text: string | undefined): readonly [number, number] {
  const [first, second, ...more] = (text ?? '').split(',');
  if (more.length > 0) throw refused(`${flag} is ${show(text)}.`, 'Give one number, or one for each arm: 10,12.');
  const number = required(flag, text === undefined ? undefined : first);
  return [number, second === undefined ? number : required(flag, second)];
}

function spreadOf({ sd, repeats, within }: DesignFlags): number | readonly [number, number] | RepeatedSpread {
  if (repeats !== undefined || within !== undefined) {
    return { between: required('--sd', sd), within: pairOf('--within', within), repeats: pairOf('--repeats', repeats) };
  }
  const [first, second] = pairOf('--sd', sd);
  return sd?.includes(',') ? [first, second] : first;
}

function clusterOf({ icc, clusterSize, clusterVariation }: DesignFlags): ClusterDesign | undefined {
  if (icc === undefined && clusterSize === undefined && clusterVariation === undefined) return undefined;
  const sizeVariation = numberOf('--cluster-variation', clusterVariation);
  return {
    icc: required('--icc', icc),
    size: required('--cluster-size', clusterSize),
    ...(sizeVariation === undefined ? {} : { sizeVariation }),
  };
}

function sideOf(text: string): 'two-sided' | 'greater' | 'less' {
  if (text === 'two-sided' || text === 'greater' || text === 'less') return text;
  throw refused(`--alternative is ${show(text)}.`, 'Give two-sided, greater or less.');
}

function refused(what: string, hint: string): CrucibleError {
  return new CrucibleError('invalid_argument', what, { hint });
}
