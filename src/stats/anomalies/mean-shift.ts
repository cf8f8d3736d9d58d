import type { Sample } from '../finite.ts';
import { randomStream } from '../random.ts';
import { requireAtLeast, requireFinite, requireFraction } from '../special/checks.ts';
import { type AnomalyScale, scaled, unscaled } from './scale.ts';

export interface MeanShiftOptions {
  /** Default `linear`; `log` for latencies and costs. */
  readonly scale?: AnomalyScale;
  /** The share of series without a change for which one is reported. Default 0.05. */
  readonly alpha?: number;
  /** Random orders of the values. Default 999, at least 99: the p-value is at least 1 over one more than that. */
  readonly resamples?: number;
  /** Equal seeds give equal results. Default 1. */
  readonly seed?: number;
}

/** Whether the mean of a whole series shifted once, and where. */
export interface MeanShift {
  readonly method: 'mean_shift';
  readonly scale: AnomalyScale;
  /** Whether `p_value` is at most `alpha`; `null` where nothing can be told. */
  readonly changed: boolean | null;
  readonly p_value: number | null;
  readonly alpha: number;
  /** `null`, as are `index`, `before` and `after`, where no change was found. */
  readonly direction: 'up' | 'down' | null;
  /** The first value after the change: an index into the series. */
  readonly index: number | null;
  /** The mean before the change, in the unit of the values: on the log scale the geometric one. */
  readonly before: number | null;
  readonly after: number | null;
  /** Values that are not finite or have no place on the scale. */
  readonly skipped: number;
  readonly resamples: number;
  readonly seed: number;
  readonly reasons: readonly string[];
}

/** Fewer values at an end are a spike, not a level. */
const LEAST_SIDE = 3;
/** With fewer, few orders differ and hardly any change can be told. */
const LEAST = 10;
/** Sums of the same values in another order differ by rounding. */
const ROUNDING = 1e-10;

/**
 * Looks back at a series and asks whether its mean shifted once. The statistic is the largest likelihood ratio, over all places, for two
 * means instead of one (Sen and Srivastava, Annals of Statistics 3, 1975; Worsley, JASA 74, 1979), with three values or more on
 * each side; the shift is placed where it is largest. The p-value is how often a random order of the values gives as much,
 * (b + 1) / (m + 1): `alpha` is the share of false alarms per series, whatever the distribution of the values.
 *
 * Values are supposed to be exchangeable while nothing changes: neighbours that resemble each other, a slow drift or a daily
 * rhythm are changes too. Of several shifts the one that separates best is found. `null`, with the reason, for fewer than 10 values
 * and for values that do not vary. Throws `invalid_argument` for options out of range.
 */
export function meanShift(
  series: Sample,
  { scale = 'linear', alpha = 0.05, resamples = 999, seed = 1 }: MeanShiftOptions = {},
): MeanShift {
  requireFraction('alpha', alpha);
  requireAtLeast('resamples', resamples, 99);
  requireFinite('seed', seed);
  const kept: number[] = [];
  const places: number[] = [];
  for (let index = 0; index < series.length; index++) {
    const place = scaled(series[index], scale);
    if (place === null) continue;
    kept.push(index);
    places.push(place);
  }
  const known = { method: 'mean_shift', scale, alpha, skipped: series.length - kept.length, resamples, seed } as const;
  const nowhere = { direction: null, index: null, before: null, after: null } as const;
  const none = (reason: string): MeanShift => ({
    ...known,
    ...nowhere,
    changed: null,
    p_value: null,
    reasons: [reason],
  });
  if (kept.length < LEAST) return none(`There are ${kept.length} values, and ${LEAST} are needed.`);
  const center = meanOf(places);
  const values = Float64Array.from(places, (place) => place - center);
  if (values.every((value) => value === values[0])) return none('The values do not vary.');

  const found = bestSplit(values);
  const bound = found.gain * (1 - ROUNDING);
  const stream = randomStream(seed).split('mean shift');
  let asMuch = 0;
  for (let round = 0; round < resamples; round++) {
    for (let last = values.length - 1; last > 0; last--) {
      const other = stream.below(last + 1);
      const value = values[last]!;
      values[last] = values[other]!;
      values[other] = value;
    }
    if (bestSplit(values).gain >= bound) asMuch++;
  }
  const p = (asMuch + 1) / (resamples + 1);
  if (p > alpha) return { ...known, ...nowhere, changed: false, p_value: p, reasons: [] };
  const before = meanOf(places.slice(0, found.at));
  const after = meanOf(places.slice(found.at));
  return {
    ...known,
    changed: true,
    p_value: p,
    direction: after > before ? 'up' : 'down',
    index: kept[found.at]!,
    before: unscaled(before, scale),
    after: unscaled(after, scale),
    reasons: [],
  };
}

/** Where two means take away most of the sum of squares, and how much. An order leaves the total as it is, so the gain alone decides. */
function bestSplit(centered: Float64Array): { at: number; gain: number } {
  const { length } = centered;
  let sum = 0;
  let at = LEAST_SIDE;
  let gain = -1;
  for (let before = 1; before <= length - LEAST_SIDE; before++) {
    sum += centered[before - 1]!;
    if (before < LEAST_SIDE) continue;
    const own = (sum * sum * length) / (before * (length - before));
    if (own > gain) {
      gain = own;
      at = before;
    }
  }
  return { at, gain };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
