import { CrucibleError, show } from '../core/errors.ts';

/** Buckets `offset`, `offset + 1`, … and how many values each holds. */
export interface BucketData {
  readonly offset: number;
  readonly counts: readonly number[];
}

/** An `ExponentialHistogram` as JSON, in the terms of OpenTelemetry's exponential histogram. */
export interface ExponentialHistogramData {
  readonly scale: number;
  readonly max_buckets: number;
  readonly count: number;
  readonly zero_count: number;
  readonly non_finite: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly positive: BucketData;
  readonly negative: BucketData;
}

/** Least and most. At scale −11 two buckets hold all doubles of a sign; above 10 the tables would outgrow the first cache. */
export const LIMITS = { scale: [-11, 10], max_buckets: [2, 2 ** 20] } as const;

/** Throws `damaged_data` unless the counts are counts, add up, lie in buckets that exist, and come with fitting extremes. */
export function checkHistogramData(data: ExponentialHistogramData): void {
  const { scale, max_buckets, count, zero_count, non_finite, min, max } = data;
  requireWhole('scale', scale, ...LIMITS.scale);
  requireWhole('max_buckets', max_buckets, ...LIMITS.max_buckets);
  requireCount('count', count);
  requireCount('zero_count', zero_count);
  requireCount('non_finite', non_finite);
  const total = zero_count + checkBuckets('positive', data) + checkBuckets('negative', data);
  if (total !== count) throw damaged('the sum of all buckets', total);
  const fitting =
    count === 0 ? min === null && max === null : Number.isFinite(min) && Number.isFinite(max) && min! <= max!;
  if (!fitting) throw damaged('[min, max]', [min, max]);
}

/** Returns how many values the buckets hold. */
function checkBuckets(sign: 'positive' | 'negative', data: ExponentialHistogramData): number {
  const { offset, counts } = data[sign] ?? {};
  if (!Array.isArray(counts) || counts.length > data.max_buckets) throw damaged(`${sign}.counts`, counts);
  const octave = Math.max(2 ** data.scale, 1);
  requireWhole(`${sign}.offset`, offset, -1075 * octave, 1024 * octave - counts.length);
  let total = 0;
  for (const held of counts) total += requireCount(`a count in ${sign}`, held);
  return total;
}

function requireWhole(what: string, value: unknown, least: number, most: number): void {
  if (!(Number.isInteger(value) && (value as number) >= least && (value as number) <= most)) throw damaged(what, value);
}

function requireCount(what: string, value: unknown): number {
  requireWhole(what, value, 0, Number.MAX_SAFE_INTEGER);
  return value as number;
}

function damaged(what: string, value: unknown): CrucibleError {
  return new CrucibleError(
    'damaged_data',
    `These are not the data of an exponential histogram: ${what} is ${show(value)}.`,
    {
      hint: 'Give what ExponentialHistogram.toJSON() returned.',
    },
  );
}
