import { studentTQuantileUpper, studentTSf } from '../distributions/student-t.ts';
import { interval } from './answer.ts';
import type { ResolvedOptions } from './options.ts';
import type { Alternative, Interval } from './test-result.ts';

export interface TInference {
  readonly statistic: number;
  readonly p_value: number;
  readonly ci: Interval;
}

/** What follows from an estimate whose distance from the truth, over its standard error, has Student's distribution. */
export function inferByT(estimate: number, standardError: number, df: number, options: ResolvedOptions): TInference {
  const statistic = (estimate - options.nullValue) / standardError;
  const reach = studentTQuantileUpper(options.tail, df) * standardError;
  return {
    statistic,
    p_value: tProbability(statistic, df, options.alternative),
    ci: interval(estimate - reach, estimate + reach, 't', options),
  };
}

/** The p-value of a t statistic. NaN for NaN. */
export function tProbability(t: number, df: number, alternative: Alternative): number {
  if (Number.isNaN(t)) return Number.NaN;
  if (alternative === 'two-sided') return 2 * studentTSf(Math.abs(t), df);
  return studentTSf(alternative === 'greater' ? t : -t, df);
}
