import { CrucibleError, show } from '../core/errors.ts';
import { orderStatistics } from './order-statistics.ts';

/** The nine sample quantiles of Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996). */
export type QuantileType = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export interface QuantileOptions {
  /** Which definition. Default 7, that of R, NumPy, DuckDB's `quantile_cont` and Excel. */
  readonly type?: QuantileType;
  /** Allows the values to be reordered, which saves a copy of a short input. Default false. */
  readonly inPlace?: boolean;
}

/**
 * Exact sample quantiles, one for each probability, in its order. `null` where undefined: of no values, and halfway between
 * −Infinity and Infinity. A zero is returned as 0 whatever its sign. Time grows linearly with the number of values.
 *
 * Throws `invalid_argument` for a NaN among the values, a probability outside [0, 1] and an unknown type.
 */
export function quantiles(
  values: Float64Array | readonly number[],
  probabilities: readonly number[],
  options: QuantileOptions = {},
): (number | null)[] {
  const { type = 7, inPlace = false } = options;
  if (!Number.isInteger(type) || type < 1 || type > 9) {
    throw new CrucibleError('invalid_argument', `The quantile type is ${show(type)}.`, {
      hint: 'Give a whole number from 1 to 9.',
    });
  }
  for (const p of probabilities) {
    if (!(p >= 0 && p <= 1)) {
      throw new CrucibleError('invalid_argument', `The probability is ${show(p)}.`, {
        hint: 'Give a number between 0 and 1.',
      });
    }
  }
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) {
      throw new CrucibleError('invalid_argument', `Value ${i} is NaN, which has no rank.`, {
        hint: 'Leave such values out.',
      });
    }
  }
  const count = values.length;
  if (count === 0) return probabilities.map(() => null);

  const places = probabilities.map((p) => place(p, count, type));
  const ranks = [...new Set(places.flatMap(({ lower, upper }) => [lower, upper]))].sort((a, b) => a - b);
  const copied = values instanceof Float64Array ? values : Float64Array.from(values);
  const found = orderStatistics(copied, ranks, inPlace || copied !== values);
  const at = new Map(ranks.map((rank, i) => [rank, found[i]!]));
  return places.map(({ lower, upper, weight }) => between(at.get(lower)!, at.get(upper)!, weight));
}

/** One quantile: see `quantiles`. */
export function quantile(
  values: Float64Array | readonly number[],
  p: number,
  options?: QuantileOptions,
): number | null {
  return quantiles(values, [p], options)[0] ?? null;
}

/** The middle value, or the mean of the two middle values: see `quantiles`. */
export function median(values: Float64Array | readonly number[], options?: QuantileOptions): number | null {
  return quantile(values, 0.5, options);
}

/** Where a quantile lies: between the order statistics at ranks `lower` and `upper` (from 0), `weight` of the way up. */
export interface QuantilePlace {
  readonly lower: number;
  readonly upper: number;
  readonly weight: number;
}

/** Where the quantile of `count` values lies. No checks. */
export function place(p: number, count: number, type: QuantileType): QuantilePlace {
  if (type === 7) {
    const position = (count - 1) * p;
    const lower = Math.floor(position);
    return { lower, upper: Math.ceil(position), weight: position - lower };
  }
  const position = snapped(type <= 3 ? stepPosition(p, count, type) : linePosition(p, count, type));
  const whole = Math.floor(position);
  const part = position - whole;
  const weight = type > 3 ? part : stepWeight(type, whole, part);
  const lower = Math.min(Math.max(whole, 1), count) - 1;
  const upper = Math.min(Math.max(whole + 1, 1), count) - 1;
  return weight === 0 ? { lower, upper: lower, weight } : { lower, upper, weight };
}

/** The value `weight` of the way from `low` to `high`; `null` between infinities of opposite sign. */
export function between(low: number, high: number, weight: number): number | null {
  if (low === high || weight === 0) return low + 0;
  if (weight === 1) return high + 0;
  const value = low * (1 - weight) + high * weight;
  if (Number.isNaN(value)) return null;
  // Rounding may carry it an ulp outside, where DuckDB's quantile_cont leaves it.
  return Math.min(Math.max(value, low), high) + 0;
}

function stepPosition(p: number, count: number, type: number): number {
  return type === 3 ? count * p - 0.5 : count * p;
}

function stepWeight(type: number, whole: number, part: number): number {
  if (part > 0) return 1;
  if (type === 2) return 0.5;
  return type === 3 && whole % 2 !== 0 ? 1 : 0;
}

function linePosition(p: number, count: number, type: number): number {
  if (type === 4) return count * p;
  if (type === 6) return (count + 1) * p;
  const a = type === 5 ? 0.5 : type === 8 ? 1 / 3 : 3 / 8;
  return a + p * (count + 1 - 2 * a);
}

// 100 × 0.07 is 7.000000000000001: a product this near to a whole number is one, as in R.
function snapped(position: number): number {
  const whole = Math.round(position);
  return Math.abs(position - whole) <= 4 * Number.EPSILON * Math.max(1, Math.abs(position)) ? whole : position;
}
