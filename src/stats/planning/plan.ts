import { CrucibleError, show } from '../../core/errors.ts';
import type { Alternative } from '../inference/test-result.ts';
import { requireFraction } from '../special/checks.ts';
import { rootBetween } from '../special/root.ts';
import { checkDesign, type Design, designEffect } from './design.ts';
import { largestEffect, leastSize, powerAt } from './design-power.ts';

export interface PlanOptions {
  /** How often a test may find an effect where there is none. Default 0.05. */
  readonly alpha?: number;
  /** Default `two-sided`, of whose two sides only the one the effect is on counts as power, as in R. */
  readonly alternative?: Alternative;
}

/** What an experiment of some size can tell. */
export interface Plan {
  readonly method: string;
  readonly alternative: Alternative;
  readonly alpha: number;
  /** How often the effect is found, with `n` samples. */
  readonly power: number | null;
  /** The true difference, second group minus first, in the unit of the values. */
  readonly effect: number | null;
  /**
   * Of a two-sided search for the smallest effect: the smallest one on the other side, a fall, that is found with the same power. For rates it
   * is not −`effect`. null for one-sided questions, where the effect was given, and where no rate is far enough away.
   */
  readonly opposite_effect: number | null;
  /** Samples in each group; for pairs, the number of pairs once. Whole numbers, and with clusters whole clusters. */
  readonly n: readonly number[] | null;
  /** The size of the first group before it was rounded up. */
  readonly n_exact: number | null;
  readonly n_clusters: readonly number[] | null;
  /** By what clusters multiply the variance. */
  readonly design_effect: number;
  /** What was assumed, and why anything is `null`. */
  readonly assumptions: readonly string[];
}

/**
 * The power of an experiment: how often it finds an effect that is there. With noncentral t for means, which is R's `power.t.test`;
 * by the normal approximation for rates, which is `power.prop.test`, and for pairs Connor (Biometrics 43, 1987). Two groups
 * have Welch's degrees of freedom; clusters multiply the variance by the design effect and count for the degrees of freedom.
 *
 * `n` is the size of the first group. Throws `invalid_argument` for parameters out of range, an effect of 0 and an `n` below two
 * samples or clusters in a group.
 */
export function power(design: Design, n: number, effect: number, options: PlanOptions = {}): Plan {
  const { alpha, alternative } = checked(design, options);
  requireEffect(design, effect, alternative);
  requireSize(design, n);
  return planOf(design, { n, effect, power: powerAt(design, n, effect, alpha, alternative), alpha, alternative });
}

/**
 * The samples that an experiment needs to find an effect with the given power (default 0.8). The smallest whole numbers that do;
 * `power` is what they really have. `n` is `null` beyond 10^15. Otherwise as `power`.
 */
export function sampleSize(
  design: Design,
  effect: number,
  options: PlanOptions & { readonly power?: number } = {},
): Plan {
  const { alpha, alternative } = checked(design, options);
  requireEffect(design, effect, alternative);
  const wanted = requirePower(options.power, alpha);
  const reach = (n: number): number => powerAt(design, n, effect, alpha, alternative);
  const least = leastSize(design);
  const known = { effect, alpha, alternative };
  if (reach(MOST) < wanted) {
    return planOf(design, { ...known, n: null, power: null }, ['No size: more than 10^15 samples would be needed.']);
  }
  const exact = reach(least) >= wanted ? least : sizeAt(reach, wanted, least, MOST);
  const step = design.cluster?.size ?? 1;
  const n = Math.max(Math.ceil(exact / step - 1e-9), 1) * step;
  return planOf(design, { ...known, n, power: reach(n) }, [], exact);
}

/**
 * The smallest effect that an experiment of this size finds with the given power (default 0.8). It is positive unless the
 * alternative is `less`; of a two-sided one `opposite_effect` is the smallest fall. `null` where no rate is far enough away. Otherwise as
 * `power`.
 */
export function minimumDetectableEffect(
  design: Design,
  n: number,
  options: PlanOptions & { readonly power?: number } = {},
): Plan {
  const { alpha, alternative } = checked(design, options);
  requireSize(design, n);
  const wanted = requirePower(options.power, alpha);
  const sign = alternative === 'less' ? -1 : 1;
  const onSide = (side: number) =>
    smallestEffect(design, side, wanted, (by) => powerAt(design, n, by, alpha, alternative));
  const effect = onSide(sign);
  const opposite = alternative === 'two-sided' ? onSide(-1) : null;
  const known = { n, alpha, alternative, effect, opposite_effect: opposite };
  const lacks = effect === null || (opposite === null && alternative === 'two-sided');
  const side = effect !== null ? ' downwards' : opposite !== null ? ' upwards' : '';
  const reasons = lacks ? [`No effect${side}: even the largest would be missed too often.`] : [];
  const reached = effect === null ? null : powerAt(design, n, effect, alpha, alternative);
  return planOf(design, { ...known, power: reached }, reasons);
}

function smallestEffect(
  design: Design,
  sign: number,
  wanted: number,
  powerOf: (effect: number) => number,
): number | null {
  const reach = (size: number): number => powerOf(sign * size);
  let most = largestEffect(design, sign) * (1 - 1e-12);
  if (most === Number.POSITIVE_INFINITY) {
    most = 1;
    while (reach(most) < wanted) most *= 2;
  }
  if (reach(most) < wanted) return null;
  let least = most;
  while (reach(least) >= wanted) least /= 2;
  return sign * sizeAt(reach, wanted, least, most);
}

const MOST = 1e15;

// Where a power that rises with the size reaches the wanted one, between two sizes on whose sides of it they lie.
function sizeAt(reach: (size: number) => number, wanted: number, from: number, to: number): number {
  const root = rootBetween((x) => reach(Math.exp(x)) - wanted, Math.log(from), Math.log(to));
  return Math.exp(root);
}

interface Known {
  readonly n: number | null;
  readonly effect: number | null;
  readonly opposite_effect?: number | null;
  readonly power: number | null;
  readonly alpha: number;
  readonly alternative: Alternative;
}

function planOf(design: Design, known: Known, reasons: readonly string[] = [], exact = known.n): Plan {
  const { n, ...rest } = known;
  const ratio = 'ratio' in design ? (design.ratio ?? 1) : 1;
  const step = design.cluster?.size ?? 1;
  const grouped = design.kind === 'means' || design.kind === 'proportions';
  const second = n === null ? null : exact === n ? n * ratio : Math.ceil((n * ratio) / step - 1e-9) * step;
  const sizes = n === null || second === null ? null : grouped ? [n, second] : [n];
  return {
    method: METHODS[design.kind],
    opposite_effect: null,
    ...rest,
    n: sizes,
    n_exact: exact,
    n_clusters: design.cluster && sizes ? sizes.map((size) => size / step) : null,
    design_effect: designEffect(design.cluster),
    assumptions: [...assumptionsOf(design), ...reasons],
  };
}

const METHODS = {
  means: 'power of the two-sample t-test',
  paired_means: 'power of the paired or one-sample t-test',
  proportions: 'power of the comparison of two proportions',
  paired_proportions: "power of McNemar's test",
} as const;

function assumptionsOf(design: Design): string[] {
  const normal = design.kind === 'means' || design.kind === 'paired_means';
  return [
    normal ? 'The means are nearly normal.' : 'The counts are large enough for the normal approximation.',
    ...(design.kind === 'paired_proportions'
      ? ['The exact form of the test, which `compare` makes, needs some 1 / effect pairs more.']
      : []),
    ...(design.cluster ? ['The intraclass correlation is as assumed.'] : []),
  ];
}

function checked(design: Design, { alpha = 0.05, alternative = 'two-sided' }: PlanOptions): Required<PlanOptions> {
  checkDesign(design);
  requireFraction('alpha', alpha);
  return { alpha, alternative };
}

function requirePower(power = 0.8, alpha: number): number {
  requireFraction('power', power);
  if (power <= alpha) {
    throw new CrucibleError('invalid_argument', `power is ${show(power)}, no more than alpha.`, {
      hint: 'Give a power above alpha, such as 0.8.',
    });
  }
  return power;
}

function requireEffect(design: Design, effect: number, alternative: Alternative): void {
  const sign = Math.sign(effect);
  const opposed = (alternative === 'greater' && sign < 0) || (alternative === 'less' && sign > 0);
  const possible = Number.isFinite(effect) && effect !== 0 && Math.abs(effect) <= largestEffect(design, sign);
  if (possible && !opposed) return;
  const tooLarge = Number.isFinite(effect) && effect !== 0 && !opposed ? impossibleRate(design, effect) : null;
  throw new CrucibleError('invalid_argument', tooLarge?.message ?? `effect is ${show(effect)}.`, {
    hint:
      tooLarge?.hint ??
      (opposed ? 'Give it the sign that the alternative looks for.' : 'Give a difference that is possible and not 0.'),
  });
}

function impossibleRate(design: Design, effect: number): { message: string; hint: string } | null {
  const short = (value: number): string => String(Number(value.toPrecision(6)));
  if (design.kind === 'paired_proportions') {
    return {
      message: `effect is ${short(effect)}, and only ${short(design.discordant)} of the pairs differ.`,
      hint: `Give an effect of at most ${short(design.discordant)}, or a larger share of discordant pairs.`,
    };
  }
  if (design.kind !== 'proportions') return null;
  const { baseline } = design;
  const most = effect > 0 ? 1 - baseline : -baseline;
  return {
    message: `effect is ${short(effect)}: with the baseline ${short(baseline)} the second rate would be ${short(baseline + effect)}, ${effect > 0 ? 'which exceeds 1' : 'which is below 0'}.`,
    hint: `An effect is a difference of rates: give one of at ${effect > 0 ? 'most' : 'least'} ${short(most)}.`,
  };
}

function requireSize(design: Design, n: number): void {
  const least = leastSize(design);
  if (Number.isFinite(n) && n >= least && n <= MOST) return;
  throw new CrucibleError('invalid_argument', `n is ${show(n)}.`, {
    hint: `Give a number from ${least} to 10^15: two samples or clusters in each group.`,
  });
}
