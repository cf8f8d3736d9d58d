import { describe } from '../describe.ts';
import { answer } from '../inference/answer.ts';
import type { Alternative, DroppedCounts, Interval, TestResult } from '../inference/test-result.ts';
import { quantile } from '../quantile.ts';
import { type RandomStream, randomStream } from '../random.ts';
import { requireAtLeast, requireFinite, requireFraction } from '../special/checks.ts';
import { type BcaCorrection, biasOf, correctedShare, invertedP, UNCORRECTED } from './bca.ts';
import { acceleration, type Part } from './jackknife.ts';
import type { ColumnStatistic } from './statistic.ts';
import { drawRows } from './units.ts';

export interface BootstrapOptions {
  /** `bca` (default) corrects for bias and skewness, `percentile` for nothing. */
  readonly method?: 'bca' | 'percentile';
  /** Confidence level. Default 0.95. */
  readonly level?: number;
  /** How often the data are drawn again. Default 9999, at least 99. */
  readonly resamples?: number;
  /** Equal seeds give equal results. Default 1. */
  readonly seed?: number;
  /** What the p-value is of; without it there is none, except for differences, where it is 0. */
  readonly nullValue?: number;
  /** Default `two-sided`; the interval of the others is open on one side. */
  readonly alternative?: Alternative;
}

/** A bootstrap estimate: a `TestResult` with what was corrected for. Both are `null` without a BCa interval. */
export interface BootstrapResult extends TestResult {
  /** z₀ of the BCa method. */
  readonly bias: number | null;
  /** a of the BCa method. */
  readonly acceleration: number | null;
}

/** What the three kinds of bootstrap tell of themselves. */
export interface BootstrapSubject {
  readonly kind: string;
  readonly n: readonly number[];
  readonly n_pairs: number | null;
  readonly dropped: DroppedCounts;
}

/** With the acceleration of the most skewed sample by itself. */
interface Correction extends BcaCorrection {
  readonly skewness: number;
}

const PLAIN: Correction = { ...UNCORRECTED, skewness: 0 };

/** Draws, and reads the interval off what was drawn. */
export function bootstrapResult(
  parts: readonly Part[],
  statistic: ColumnStatistic,
  subject: BootstrapSubject,
  options: BootstrapOptions,
): BootstrapResult {
  const { method = 'bca', level = 0.95, resamples = 9999, seed = 1, nullValue, alternative = 'two-sided' } = options;
  requireFraction('level', level);
  requireAtLeast('resamples', resamples, 99);
  requireFinite('seed', seed);
  if (nullValue !== undefined) requireFinite('nullValue', nullValue);

  const { kind, ...facts } = subject;
  const clustered = parts.some(({ units }) => units.clustered);
  const assumptions = parts.flatMap(({ units }) =>
    units.strata.some((stratum) => stratum.length === 1) && units.count > 1
      ? ['A stratum has a single unit, whose variation is unknown and taken as none.']
      : [],
  );
  assumptions.unshift(clustered ? 'The clusters are independent of each other.' : 'The observations are independent.');
  const known = {
    ...facts,
    method: `${method === 'bca' ? 'BCa' : 'percentile'} bootstrap of the ${kind}`,
    alternative,
    null_value: nullValue ?? null,
    n_clusters: clustered ? parts.reduce((total, { units }) => total + units.count, 0) : null,
    seed,
    resamples,
  };
  const none = (reason: string, estimate: number | null = null): BootstrapResult => ({
    ...answer({ ...known, estimate, assumptions: [...assumptions, `No interval: ${reason}.`] }),
    bias: null,
    acceleration: null,
  });

  if (parts.some(({ units }) => units.rows === 0)) return none('there are no values');
  const estimate = statistic(parts.flatMap(({ columns }) => columns.map((column) => column.slice())));
  if (estimate === null) return none('the statistic is undefined for these data');
  const fewest = Math.min(...parts.map(({ units }) => units.count));
  if (fewest < 2) return none(`a bootstrap needs two ${clustered ? 'clusters' : 'values'} or more`, estimate);

  const sorted = bootstrapEstimates(parts, statistic, resamples, randomStream(seed).split('bootstrap'));
  const lost = resamples - sorted.length;
  if (lost > resamples / 20) return none(`the statistic is undefined for ${lost} of ${resamples} resamples`, estimate);
  if (lost > 0)
    assumptions.push(`The statistic is undefined for ${lost} of ${resamples} resamples, which are left out.`);
  if (sorted[0] === sorted.at(-1)) return none('all resamples give the same estimate', estimate);

  const correction = method === 'bca' ? correctionOf(parts, statistic, sorted, estimate) : PLAIN;
  if (typeof correction === 'string') return none(correction, estimate);
  const ci = interval(sorted, correction, level, alternative, method);
  if (ci === null) return none('the acceleration is too large for this level', estimate);
  assumptions.push(...coverageWarnings(fewest, correction));
  return {
    ...answer({
      ...known,
      estimate,
      standard_error: describe(sorted).std_dev,
      p_value: nullValue === undefined ? null : invertedP(sorted, nullValue, correction, alternative),
      ci,
      assumptions,
    }),
    bias: method === 'bca' ? correction.bias : null,
    acceleration: method === 'bca' ? correction.acceleration : null,
  };
}

/** The estimates of all resamples where they are defined, ascending. */
export function bootstrapEstimates(
  parts: readonly Part[],
  statistic: ColumnStatistic,
  resamples: number,
  stream: RandomStream,
): Float64Array {
  const drawers = parts.map(drawer);
  const estimates = new Float64Array(resamples);
  let defined = 0;
  for (let resample = 0; resample < resamples; resample++) {
    const value = statistic(drawers.flatMap((draw) => draw(stream)));
    if (value !== null) estimates[defined++] = value;
  }
  return estimates.subarray(0, defined).sort();
}

function correctionOf(
  parts: readonly Part[],
  statistic: ColumnStatistic,
  sorted: Float64Array,
  estimate: number,
): Correction | string {
  const bias = biasOf(sorted, estimate);
  if (!Number.isFinite(bias)) return 'all resamples lie on one side of the estimate';
  const a = acceleration(parts, statistic);
  return a === null
    ? 'the statistic is undefined without some of the data'
    : { bias, acceleration: a.all, skewness: a.largest };
}

function interval(
  sorted: Float64Array,
  correction: BcaCorrection,
  level: number,
  alternative: Alternative,
  method: 'bca' | 'percentile',
): Interval | null {
  const outside = alternative === 'two-sided' ? (1 - level) / 2 : 1 - level;
  const lower = correctedShare(outside, correction);
  const upper = correctedShare(1 - outside, correction);
  if (lower === null || upper === null) return null;
  return {
    level,
    low: alternative === 'less' ? null : quantile(sorted, lower),
    high: alternative === 'greater' ? null : quantile(sorted, upper),
    method,
  };
}

const FEW_UNITS = 40;
const SKEWED = 0.04;

/** Where bench/coverage finds the interval to cover less than it says. */
function coverageWarnings(fewest: number, { skewness }: Correction): string[] {
  const reasons: string[] = [];
  if (fewest < FEW_UNITS) reasons.push(`there are fewer than ${FEW_UNITS} units to draw from (${fewest})`);
  if (skewness > SKEWED) reasons.push(`the data are skewed (acceleration ${skewness.toFixed(3)})`);
  return reasons.length === 0
    ? []
    : [`low_coverage: the interval holds less often than its level, for ${reasons.join(' and ')}.`];
}

/** Draws the columns of a part, each time into the same memory. */
function drawer({ columns, units }: Part): (stream: RandomStream) => Float64Array[] {
  let rows = new Int32Array(units.rows);
  let rooms = columns.map(() => new Float64Array(units.rows));
  const room = (length: number): Int32Array => {
    if (rows.length < length) {
      rows = new Int32Array(length * 2);
      rooms = columns.map(() => new Float64Array(length * 2));
    }
    return rows.length === length ? rows : rows.subarray(0, length);
  };
  return (stream) => {
    const drawn = drawRows(units, stream, room);
    return columns.map((column, i) => {
      const whole = rooms[i]!;
      const out = whole.length === drawn.length ? whole : whole.subarray(0, drawn.length);
      for (let at = 0; at < out.length; at++) out[at] = column[drawn[at]!]!;
      return out;
    });
  };
}
