import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import { ExponentialHistogram, type ExponentialHistogramOptions } from '../../src/stats/exponential-histogram.ts';

const PROBABILITIES = [0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1];
const COUNT = 20_000;

const random = seededRandom('exponential histogram');
const normal = () => Math.sqrt(-2 * Math.log1p(-random())) * Math.cos(2 * Math.PI * random());
const make = (f: (i: number) => number) => Array.from({ length: COUNT }, (_, i) => f(i));

const STREAMS: [string, number[]][] = [
  ['lognormal', make(() => 150 * Math.exp(0.8 * normal()))],
  ['sorted', make((i) => i)],
  ['drifting', make((i) => 100 + i / 10 + normal())],
  ['Pareto, index 1.2', make(() => (1 - random()) ** (-1 / 1.2))],
  ['Pareto, index 0.05', make(() => (1 - random()) ** (-1 / 0.05))],
  [
    'bimodal: 95 % near 240, 5 % near 50000',
    make((i) => (i % 20 === 0 ? 50_000 + 100 * normal() : 240 + 3 * normal())),
  ],
  ['constant', make(() => 0.1)],
  ['powers of two', make((i) => 2 ** ((i % 41) - 20))],
  ['neighbours of powers of two', make((i) => 2 ** ((i % 41) - 20) * (1 + ((i % 3) - 1) * 2 ** -52))],
  ['subnormal', make((i) => (1 + ((i * 7919) % 5000)) * Number.MIN_VALUE)],
  ['subnormal and normal', make(() => 2 ** (random() * 100 - 1070))],
  ['the whole range of doubles', make(() => 2 ** (random() * 2090 - 1070))],
  ['negative', make(() => -150 * Math.exp(0.8 * normal()))],
  ['both signs', make(normal)],
  ['both signs, zeros and far apart', make((i) => (i % 3 === 0 ? 0 : (i % 2 ? -1 : 1) * 10 ** (random() * 12 - 6)))],
  ['whole numbers', make(() => Math.floor(random() * 50))],
  ['few', [3, 1, 2]],
  ['one', [-7.5]],
];

function histogram(values: readonly number[], settings?: ExponentialHistogramOptions): ExponentialHistogram {
  const result = new ExponentialHistogram(settings);
  for (const x of values) result.add(x);
  return result;
}

/** Type 7, by sorting, and the most that the two order statistics in it may be off together. */
function exact(sorted: Float64Array, p: number, bound: number): { value: number; tolerance: number } {
  const position = (sorted.length - 1) * p;
  const lower = Math.floor(position);
  const weight = position - lower;
  const [low, high] = [sorted[lower]!, sorted[Math.ceil(position)]!];
  const size = (1 - weight) * Math.abs(low) + weight * Math.abs(high);
  const rounding = size * 4e-16 + 2 * Number.MIN_VALUE;
  return { value: (1 - weight) * low + weight * high, tolerance: bound * size + rounding };
}

function expectWithinBound(values: readonly number[], settings?: ExponentialHistogramOptions): void {
  const estimated = histogram(values, settings);
  const sorted = Float64Array.from(values).sort();
  for (const p of PROBABILITIES) {
    const { value, tolerance } = exact(sorted, p, estimated.relativeErrorBound);
    const estimate = estimated.quantile(p)!;
    expect(Math.abs(estimate - value), `p ${p}: ${estimate} for ${value}`).toBeLessThanOrEqual(tolerance);
    expect(estimate).toBeGreaterThanOrEqual(sorted[0]!);
    expect(estimate).toBeLessThanOrEqual(sorted.at(-1)!);
  }
}

describe.each(STREAMS)('%s', (_, values) => {
  test('every quantile is within the published bound of the exact one', () => {
    for (const scale of [6, 3, 0, -2, 10]) expectWithinBound(values, { scale });
  });

  test('also when buckets had to be joined', () => {
    expectWithinBound(values, { maxBuckets: 20 });
  });

  test('the ends are exact', () => {
    const estimated = histogram(values);
    expect(estimated.quantile(0)).toBe(Math.min(...values) + 0);
    expect(estimated.quantile(1)).toBe(Math.max(...values) + 0);
  });
});

test('any finite values, at any scale', () => {
  const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), {
    minLength: 1,
    maxLength: 80,
  });
  fc.assert(fc.property(values, fc.integer({ min: -3, max: 10 }), (list, scale) => expectWithinBound(list, { scale })));
});

test('on smooth data interpolation is far inside the bound', () => {
  const values = Array.from({ length: 200_000 }, () => 150 * Math.exp(0.8 * normal()));
  const estimated = histogram(values);
  const sorted = Float64Array.from(values).sort();
  for (const p of [0.1, 0.5, 0.9, 0.95, 0.99]) {
    const { value } = exact(sorted, p, 0);
    expect(Math.abs(estimated.quantile(p)! / value - 1)).toBeLessThan(0.001);
  }
});

test('equal values, and whatever is less than three of them, come back exactly', () => {
  expect(histogram([0.1, 0.1, 0.1]).quantile(0.37)).toBe(0.1);
  expect(histogram([1, 2]).quantile(0.5)).toBe(1.5);
  expect(histogram([-0, 0, 0]).quantile(0.5)).toBe(0);
});

test('the quantiles of the negated values are the negated quantiles from the other end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 }),
      (values) => {
        const estimated = histogram(values, { scale: 2 });
        const mirrored = histogram(
          values.map((x) => -x),
          { scale: 2 },
        );
        for (let k = 0; k <= 16; k++) {
          const [one, other] = [estimated.quantile(k / 16)!, -mirrored.quantile(1 - k / 16)!];
          const size = Math.max(...values.map(Math.abs));
          expect(Math.abs(one - other)).toBeLessThanOrEqual(1e-12 * size + 2 * Number.MIN_VALUE);
        }
      },
    ),
  );
});

test('quantiles rise with the probability', () => {
  const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, fc.integer({ min: -2, max: 6 }), (list, scale) => {
      const estimated = histogram(list, { scale });
      for (let i = 1; i <= 50; i++) {
        const [before, after] = [estimated.quantile((i - 1) / 50)!, estimated.quantile(i / 50)!];
        expect(after - before).toBeGreaterThanOrEqual(-1e-15 * Math.abs(before) - 2 * Number.MIN_VALUE);
      }
    }),
  );
});
