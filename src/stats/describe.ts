import { CrucibleError } from '../core/errors.ts';
import { sum } from './sum.ts';

/** What `describe` tells of a list of numbers. `null` where there are too few values. */
export interface Description {
  readonly count: number;
  /** Compensated; 0 of nothing. */
  readonly sum: number;
  readonly mean: number | null;
  /** Sample variance, divisor n − 1. */
  readonly variance: number | null;
  readonly std_dev: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/**
 * Describes a list in two compensated passes with a correction of the mean (Chan, Golub and LeVeque 1983; Neumaier 1974):
 * every digit that the rounded input allows. Throws `invalid_argument` for NaN and infinities, which belong in a count of
 * their own.
 */
export function describe(values: ArrayLike<number>): Description {
  const count = values.length;
  if (count === 0) return { count, sum: 0, mean: null, variance: null, std_dev: null, min: null, max: null };
  const { total, mean, rest } = center(values);
  let min = values[0]!;
  let max = min;
  for (let i = 1; i < count; i++) {
    const x = values[i]!;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  const variance = count === 1 ? null : min === max ? 0 : squares(values, mean, rest) / (count - 1);
  return { count, sum: total, mean: mean + rest, variance, std_dev: variance === null ? null : Math.sqrt(variance), min, max };
}

/**
 * The sample autocorrelation coefficient of a series at `lag`: Σ (xᵢ − x̄)(xᵢ₊ₗ − x̄) / Σ (xᵢ − x̄)² (Box and Jenkins 1976).
 * `null` when the series is constant or no longer than the lag. Throws `invalid_argument` for non-finite values and for a
 * lag that is not a whole number of at least 0.
 */
export function autocorrelation(values: ArrayLike<number>, lag = 1): number | null {
  if (!Number.isInteger(lag) || lag < 0) {
    throw new CrucibleError('invalid_argument', `lag is ${lag}, which is not a whole number of at least 0.`);
  }
  const count = values.length;
  if (count === 0) return null;
  const { mean, rest } = center(values);
  const deviations = Float64Array.from(values, (x) => x - mean - rest);
  if (count <= lag || constant(values)) return null;
  const products = new Float64Array(count - lag);
  for (let i = 0; i < products.length; i++) products[i] = deviations[i]! * deviations[i + lag]!;
  const own = deviations.map((d) => d * d);
  return sum(products) / sum(own);
}

function constant(values: ArrayLike<number>): boolean {
  const first = values[0]!;
  for (let i = 1; i < values.length; i++) if (values[i] !== first) return false;
  return true;
}

/** The sum, the mean rounded to a double, and `rest`, what the rounding left out: the mean is `mean + rest`. */
function center(values: ArrayLike<number>): { total: number; mean: number; rest: number } {
  const count = values.length;
  let total = sum(values);
  let mean = total / count;
  if (!Number.isFinite(total)) {
    requireFinite(values);
    // Only the sum overflows: 2^-64 makes room for any number of values.
    const scaled = sum(Float64Array.from(values, (x) => x * 2 ** -64));
    mean = (scaled / count) * 2 ** 64;
    total = scaled * 2 ** 64;
  }
  const rest = sum(Float64Array.from(values, (x) => x - mean)) / count;
  return { total, mean, rest };
}

function squares(values: ArrayLike<number>, mean: number, rest: number): number {
  return sum(Float64Array.from(values, (x) => (x - mean) * (x - mean))) - values.length * rest * rest;
}

function requireFinite(values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new CrucibleError('invalid_argument', `Value ${i} is ${values[i]}, which is not a finite number.`, {
        hint: 'Count such values apart and leave them out.',
      });
    }
  }
}
