import { CrucibleError, show } from '../../core/errors.ts';
import type { Sample } from '../finite.ts';
import { requirePositive } from '../special/checks.ts';
import {
  type AnomalyMethod,
  type Baseline,
  baselineOf,
  DEFAULT_THRESHOLDS,
  falseFlagsPerMillion,
  largestZ,
  scoreOf,
} from './baseline.ts';
import { type AnomalyScale, scaled } from './scale.ts';

export interface AnomalyOptions {
  /** Default `mad`, which the anomalies themselves hardly move. */
  readonly method?: AnomalyMethod;
  /** Default `linear`; `log` for latencies and costs. */
  readonly scale?: AnomalyScale;
  /** Default 3 for `z`, 3.5 for `mad`, 1.5 for `iqr`. */
  readonly threshold?: number;
}

/** A value that is far from the others. */
export interface Anomaly {
  /** Its place in the list. */
  readonly index: number;
  readonly value: number;
  /** How far it is, in spreads of the baseline; positive above. */
  readonly score: number;
}

export interface AnomalyReport {
  readonly method: AnomalyMethod;
  readonly scale: AnomalyScale;
  readonly threshold: number;
  /** On the scale: of logarithms when that is `log`. */
  readonly baseline: Baseline;
  /** Of a million values of a normal distribution on this scale. */
  readonly expected_false_flags_per_million: number;
  /** `null` where nothing can be told; `reasons` says why. */
  readonly anomalies: readonly Anomaly[] | null;
  /** Values without a score: not finite, or not positive on the log scale. */
  readonly skipped: number;
  readonly reasons: readonly string[];
}

/**
 * The values of a list that are far from the rest, all held against one baseline of them all. To flag is not to remove: what is
 * flagged stays in every other analysis. Throws `invalid_argument` for options out of range.
 */
export function findAnomalies(values: Sample, options: AnomalyOptions = {}): AnomalyReport {
  const { method = 'mad', scale = 'linear', threshold } = options;
  const bound = checkedThreshold(method, threshold);
  const places = Array.from(values, (value) => scaled(value, scale));
  const known = Float64Array.from(places.filter((place) => place !== null));
  const baseline = baselineOf(known, method);
  const reasons = baseline.reason === null ? [] : [baseline.reason];
  const blind = method === 'z' && baseline.reason === null && largestZ(known.length) <= bound;
  if (blind) reasons.push(`No score of ${known.length} values can exceed ${largestZ(known.length).toFixed(2)}.`);
  const anomalies: Anomaly[] = [];
  for (let index = 0; index < places.length; index++) {
    const place = places[index]!;
    const score = place === null ? null : scoreOf(place, baseline, method);
    if (score !== null && Math.abs(score) > bound) anomalies.push({ index, value: values[index]!, score });
  }
  return {
    method,
    scale,
    threshold: bound,
    baseline,
    expected_false_flags_per_million: falseFlagsPerMillion(bound, method),
    anomalies: reasons.length > 0 ? null : anomalies,
    skipped: places.length - known.length,
    reasons,
  };
}

/** The threshold or its default. Throws `invalid_argument` for an unknown method and a threshold that is not positive. */
export function checkedThreshold(method: AnomalyMethod, threshold: number | undefined): number {
  const standard = Object.hasOwn(DEFAULT_THRESHOLDS, method) ? DEFAULT_THRESHOLDS[method] : undefined;
  if (standard === undefined) {
    throw new CrucibleError('invalid_argument', `The method is ${show(method)}.`, { hint: 'Give z, mad or iqr.' });
  }
  if (threshold !== undefined) requirePositive('threshold', threshold);
  return threshold ?? standard;
}
