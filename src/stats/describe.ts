import { CrucibleError, show } from '../core/errors.ts';
import { CompensatedSum, sum } from './sum.ts';

/** What `describe` tells of a list of numbers. `null` where there are too few of them, and for what is beyond the range of doubles. */
export interface Description {
  readonly count: number;
  /** Compensated; 0 of nothing, infinite where it is beyond the range. */
  readonly sum: number;
  readonly mean: number | null;
  /** Sample variance, divisor n − 1. */
  readonly variance: number | null;
  readonly std_dev: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/**
 * Describes a list in two compensated passes with a correction of the mean (Neumaier 1974; Chan, Golub and LeVeque 1983):
 * all the digits that inputs rounded to doubles allow. Throws `invalid_argument` for NaN and infinities, which belong in a
 * count of their own.
 */
export function describe(values: ArrayLike<number>): Description {
  const count = values.length;
  if (count === 0) return { count, sum: 0, mean: null, variance: null, std_dev: null, min: null, max: null };
  const { total, mean, rest, squares } = center(values);
  let min = values[0]!;
  let max = min;
  for (let i = 1; i < count; i++) {
    const x = values[i]!;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  const known = { count, sum: total, mean: mean + rest, min: min + 0, max: max + 0 };
  if (count === 1) return { ...known, variance: null, std_dev: null };
  const variance = squares / (count - 1);
  if (Number.isFinite(variance)) return { ...known, variance, std_dev: Math.sqrt(variance) };
  const deviation = Math.sqrt(scaledSquares(values, mean) / (count - 1)) / TINY;
  return { ...known, variance: null, std_dev: Number.isFinite(deviation) ? deviation : null };
}

/**
 * The sample autocorrelation of a series at `lag`, Σ (xᵢ − x̄)(xᵢ₊ₗ − x̄) / Σ (xᵢ − x̄)² (Box and Jenkins 1970), compensated.
 * `null` when the series is constant, not longer than the lag, or spread so far that the squares overflow. Throws
 * `invalid_argument` for non-finite values and for a lag that is not a whole number of at least 0.
 */
export function autocorrelation(values: ArrayLike<number>, lag = 1): number | null {
  if (!Number.isInteger(lag) || lag < 0) {
    throw new CrucibleError('invalid_argument', `lag is ${show(lag)}.`, { hint: 'Give a whole number of at least 0.' });
  }
  if (values.length <= lag) return null;
  const { mean, rest, squares } = center(values);
  if (squares === 0 || !Number.isFinite(squares)) return null;
  const products = new CompensatedSum();
  for (let i = lag; i < values.length; i++) products.add((values[i - lag]! - mean - rest) * (values[i]! - mean - rest));
  return products.value / squares;
}

interface Center {
  readonly total: number;
  /** The mean, rounded to a double, and what the rounding left out: the deviations from `mean + rest` sum to 0. */
  readonly mean: number;
  readonly rest: number;
  /** Σ (xᵢ − x̄)²: exactly 0 for equal values, not finite where a square is too large for a double. */
  readonly squares: number;
}

function center(values: ArrayLike<number>): Center {
  const count = values.length;
  let total = sum(values);
  let mean = total / count;
  if (!Number.isFinite(total)) {
    requireFinite(values);
    // Only the sum overflows; 2^-64 makes room for any number of values.
    const scaled = sum(Float64Array.from(values, (x) => x * 2 ** -64));
    total = scaled * 2 ** 64;
    mean = (scaled / count) * 2 ** 64;
  }
  const deviations = new CompensatedSum();
  const squares = new CompensatedSum();
  let equal = true;
  for (let i = 0; i < count; i++) {
    const x = values[i]!;
    const deviation = x - mean;
    deviations.add(deviation);
    squares.add(deviation * deviation);
    equal &&= x === values[0];
  }
  const rest = Number.isFinite(deviations.value) ? deviations.value / count : 0;
  return { total, mean, rest, squares: equal ? 0 : squares.value - count * rest * rest };
}

// Squares of what it scales have room, and what it makes 0 is lost in them anyway.
const TINY = 2 ** -600;

function scaledSquares(values: ArrayLike<number>, mean: number): number {
  const squares = new CompensatedSum();
  for (let i = 0; i < values.length; i++) squares.add((values[i]! * TINY - mean * TINY) ** 2);
  return squares.value;
}

function requireFinite(values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new CrucibleError('invalid_argument', `Value ${i} is ${show(values[i])}, which is not a finite number.`, {
        hint: 'Count such values apart and leave them out.',
      });
    }
  }
}
