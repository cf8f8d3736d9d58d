import { answer } from '../inference/answer.ts';
import { type GroupMoment, groupMoments } from '../inference/group-moments.ts';
import { resolveOptions } from '../inference/options.ts';
import { cleanSample, type Values } from '../inference/sample.ts';
import type { EffectSize, Interval, TestResult } from '../inference/test-result.ts';
import { logGammaRatio } from '../special/log-gamma.ts';
import { noncentralityInterval } from './noncentral-interval.ts';

export interface EffectSizeOptions {
  /** Confidence level, default 0.95. */
  readonly level?: number;
}

const SUPPOSES = 'Both groups are normal with equal variances, for the interval.';

/**
 * Cohen's d: the difference of two means, `second` − `first`, over their pooled standard deviation (Cohen 1969), with the interval
 * that noncentral t gives. null, with the reason, for fewer than two values in a group and for groups without variance.
 */
export function cohenD(first: Values, second: Values, options: EffectSizeOptions = {}): TestResult {
  return standardized('Cohen d', first, second, options, (d) => d);
}

/** Hedges' g: `cohenD` times the exact factor that removes its bias (Hedges 1981), interval included. */
export function hedgesG(first: Values, second: Values, options: EffectSizeOptions = {}): TestResult {
  return standardized('Hedges g', first, second, options, hedgesCorrected);
}

/** The factor J = Γ(m / 2) / (√(m / 2) Γ((m − 1) / 2)) that takes the bias from a d with m > 1 degrees of freedom. */
export function hedgesFactor(df: number): number {
  return Math.exp(logGammaRatio((df - 1) / 2, 0.5) - 0.5 * Math.log(df / 2));
}

/** d of two groups with a variance between them; null where it is beyond the range of doubles. */
export function standardizedDifference(first: GroupMoment, second: GroupMoment, level: number): EffectSize | null {
  const df = first.n + second.n - 2;
  const d = (second.mean - first.mean) / Math.sqrt((first.squares + second.squares) / df);
  return withInterval('cohen_d', d, Math.sqrt(1 / first.n + 1 / second.n), df, level);
}

/** d of one sample, or of the differences of pairs. */
export function standardizedMean(d: number, n: number, level: number): EffectSize | null {
  return withInterval('cohen_d', d, Math.sqrt(1 / n), n - 1, level);
}

/** g for d; null with one degree of freedom, where the factor is 0. */
export function hedgesCorrected(d: EffectSize | null, df: number): EffectSize | null {
  if (d === null || df < 2) return null;
  const factor = hedgesFactor(df);
  const times = (x: number | null) => (x === null ? null : x * factor);
  return {
    name: 'hedges_g',
    value: d.value * factor,
    ci: d.ci && { ...d.ci, low: times(d.ci.low), high: times(d.ci.high) },
  };
}

function withInterval(name: string, d: number, scale: number, df: number, level: number): EffectSize | null {
  const t = d / scale;
  if (!Number.isFinite(t)) return null;
  const { low, high } = noncentralityInterval(t, df, (1 - level) / 2);
  const ci: Interval = { level, low: low * scale, high: high * scale, method: 'noncentral t' };
  return { name, value: d, ci: Number.isFinite(high - low) ? ci : null };
}

function standardized(
  method: string,
  first: Values,
  second: Values,
  options: EffectSizeOptions,
  corrected: (d: EffectSize | null, df: number) => EffectSize | null,
): TestResult {
  const { level } = resolveOptions(options);
  const a = cleanSample('first', first);
  const b = cleanSample('second', second);
  const known = {
    method,
    n: [a.values.length, b.values.length],
    dropped: { not_finite: a.dropped + b.dropped, unpaired: 0 },
  };
  const refuse = (reason: string) => answer({ ...known, assumptions: [SUPPOSES, reason] });
  if (a.values.length < 2 || b.values.length < 2) return refuse('A group has fewer than two values.');
  const [from, to] = groupMoments([a.values, b.values]).groups as [GroupMoment, GroupMoment];
  if (from.squares + to.squares === 0) return refuse('The values of each group are equal: there is no variance.');
  const effect = corrected(standardizedDifference(from, to, level), from.n + to.n - 2);
  if (effect === null) return refuse('The effect size is beyond the range of doubles.');
  return answer({ ...known, estimate: effect.value, ci: effect.ci, assumptions: [SUPPOSES] });
}
