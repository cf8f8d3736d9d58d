import { describe } from '../describe.ts';

export interface GroupMoment {
  readonly n: number;
  /** From `center`, in `unit`s. */
  readonly mean: number;
  /** Σ (xᵢ − x̄)², in squares of `unit`. Exactly 0 for equal values. */
  readonly squares: number;
}

/**
 * The moments of several groups about the mean of them all: a common offset, however large, costs the differences no digits.
 * `unit` is a power of two, 1 unless the squares of the differences would over- or underflow.
 */
export interface GroupMoments {
  readonly center: number;
  readonly unit: number;
  readonly groups: readonly GroupMoment[];
}

const LARGE = 2 ** 300;

/**
 * Whether a standard error is what rounding leaves of values without a variance: below 10 ε of the means it is about, as R's `t.test` has
 * it ("data are essentially constant"). A t statistic over it would be as large as one likes.
 */
export function isRounding(standardError: number, ...means: readonly number[]): boolean {
  return standardError < 10 * Number.EPSILON * Math.max(...means.map(Math.abs));
}

/** No group may be empty, no value infinite or NaN. */
export function groupMoments(samples: readonly Float64Array[]): GroupMoments {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const values of samples) {
    count += values.length;
    for (const x of values) {
      if (x < min) min = x;
      if (x > max) max = x;
    }
  }
  const extent = max / 2 - min / 2;
  const fits = extent === 0 || (extent < LARGE && extent > 1 / LARGE);
  const unit = fits ? 1 : 2 ** Math.round(Math.log2(extent));
  const center = describe(samples.length === 1 ? samples[0]! : joined(samples, count)).mean! / unit;
  const groups = samples.map((values) => {
    const { mean, variance } = describe(values.map((x) => x / unit - center));
    const n = values.length;
    return { n, mean: mean!, squares: variance === null ? 0 : variance * (n - 1) };
  });
  return { center: center * unit, unit, groups };
}

function joined(samples: readonly Float64Array[], count: number): Float64Array {
  const all = new Float64Array(count);
  let at = 0;
  for (const values of samples) {
    all.set(values, at);
    at += values.length;
  }
  return all;
}
