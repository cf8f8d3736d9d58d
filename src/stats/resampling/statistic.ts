import { describe } from '../describe.ts';
import { median } from '../quantile.ts';
import { sum } from '../sum.ts';

/**
 * What is estimated of one sample; `null` where undefined. The values may be reordered, and must not be kept: the next resample
 * is drawn into the same memory.
 */
export type Statistic = 'mean' | 'median' | ((values: Float64Array) => number | null);

/** What is estimated of two samples; a name means the difference, second minus first. */
export type TwoSampleStatistic = 'mean' | 'median' | ((first: Float64Array, second: Float64Array) => number | null);

/** A statistic of all columns, `null` where it is undefined or not finite. */
export type ColumnStatistic = (columns: readonly Float64Array[]) => number | null;

export function ofOne(statistic: Statistic): ColumnStatistic {
  const of = typeof statistic === 'function' ? statistic : NAMED[statistic];
  return ([values]) => finite(of(values!));
}

export function ofTwo(statistic: TwoSampleStatistic): ColumnStatistic {
  if (typeof statistic === 'function') return ([first, second]) => finite(statistic(first!, second!));
  const of = NAMED[statistic];
  return ([first, second]) => {
    const from = of(first!);
    const to = of(second!);
    return from === null || to === null ? null : finite(to - from);
  };
}

/** How a statistic is called in the name of a method. */
export function nameOf(statistic: Statistic | TwoSampleStatistic): string {
  return typeof statistic === 'string' ? statistic : statistic.name || 'statistic';
}

const NAMED = {
  mean: (values: Float64Array) => {
    const mean = sum(values) / values.length;
    return Number.isFinite(mean) ? mean : describe(values).mean;
  },
  median: (values: Float64Array) => median(values, { inPlace: true }),
};

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
