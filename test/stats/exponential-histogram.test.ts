import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExponentialHistogram, type ExponentialHistogramOptions } from '../../src/stats/exponential-histogram.ts';
import type { ExponentialHistogramData } from '../../src/stats/histogram-data.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const plain = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const odd = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  2,
  0.5,
  5e-324,
  -5e-324,
  Number.MAX_VALUE,
  Number.NaN,
  Number.POSITIVE_INFINITY,
);
const stream = fc.array(fc.oneof(plain, finite, odd), { maxLength: 60 });
const options = fc.record({
  scale: fc.integer({ min: -11, max: 10 }),
  maxBuckets: fc.constantFrom(2, 3, 5, 16, 160, 2048),
});

function histogram(values: Iterable<number>, settings?: ExponentialHistogramOptions): ExponentialHistogram {
  const result = new ExponentialHistogram(settings);
  for (const x of values) result.add(x);
  return result;
}

function merged(parts: readonly ExponentialHistogram[]): ExponentialHistogram {
  const copies = parts.map((part) => ExponentialHistogram.fromJSON(part.toJSON()));
  const [whole, ...others] = copies;
  for (const part of others) whole!.merge(part);
  return whole!;
}

/** The index of the bucket of x > 0 by whole-number arithmetic: ⌈2^scale · log₂ x⌉ − 1. */
function exactIndex(x: number, scale: number): number {
  if (scale < 0) return exactIndex(x, 0) >> -scale;
  const bits = new BigUint64Array(Float64Array.of(x).buffer)[0]!;
  const exponent = Number(bits >> 52n);
  const fraction = bits & 0xfffffffffffffn;
  const [whole, unit] = exponent === 0 ? [fraction, -1074] : [fraction | 0x10000000000000n, exponent - 1075];
  const power = whole ** BigInt(2 ** scale);
  const length = power.toString(16).length * 4 - Math.clz32(Number.parseInt(power.toString(16)[0]!, 16)) + 28;
  const isPowerOfTwo = (power & (power - 1n)) === 0n;
  return unit * 2 ** scale + length - (isPowerOfTwo ? 2 : 1);
}

function indexOf(x: number, scale: number): number {
  return histogram([x], { scale }).toJSON()[x < 0 ? 'negative' : 'positive'].offset;
}

function neighbours(x: number): number[] {
  const bits = new BigUint64Array(Float64Array.of(x).buffer);
  return [-1n, 0n, 1n]
    .map((step) => new Float64Array(BigUint64Array.of(bits[0]! + step).buffer)[0]!)
    .filter((y) => y > 0 && Number.isFinite(y));
}

describe('bucket i holds (base^i, base^(i+1)]', () => {
  test('the oracle knows powers of two', () => {
    expect([exactIndex(1, 6), exactIndex(2, 6), exactIndex(1.0000000000000002, 6), exactIndex(0.5, 0)]).toEqual([
      -1, 63, 0, -2,
    ]);
  });

  test.each([6, 3, 0, -1, -11])('scale %i: every power of two and its neighbours', (scale) => {
    for (let k = -1074; k <= 1023; k++) {
      for (const x of neighbours(2 ** k)) {
        const expected = exactIndex(x, scale);
        if (indexOf(x, scale) !== expected || indexOf(-x, scale) !== expected) {
          expect([x, indexOf(x, scale), indexOf(-x, scale)]).toEqual([x, expected, expected]);
        }
      }
    }
  });

  test.each([10, 8, 6, 1])('scale %i: both sides of every edge, in several octaves', (scale) => {
    const n = 2 ** scale;
    for (let j = 0; j < n; j += Math.ceil(n / 128)) {
      for (const octave of [-1060, -1, 0, 700]) {
        for (const x of neighbours(2 ** (j / n) * 2 ** octave))
          expect([x, indexOf(x, scale)]).toEqual([x, exactIndex(x, scale)]);
      }
    }
  });

  test('any double at the default scale', () => {
    const positive = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(positive, (x) => {
        expect(indexOf(x, 6)).toBe(exactIndex(x, 6));
        expect(indexOf(-x, 6)).toBe(exactIndex(x, 6));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('merge', () => {
  test('the parts, merged in any order, are the whole', () => {
    fc.assert(
      fc.property(fc.array(stream, { minLength: 1, maxLength: 5 }), options, (groups, settings) => {
        const whole = histogram(groups.flat(), settings).toJSON();
        const parts = groups.map((group) => histogram(group, settings));
        expect(merged(parts).toJSON()).toEqual(whole);
        expect(merged([...parts].reverse()).toJSON()).toEqual(whole);
        expect(merged([merged(parts.slice(0, 2)), ...parts.slice(2)]).toJSON()).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  test('parts of different scales and limits merge to the histogram of the lowest scale and limit', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(stream, options), { minLength: 1, maxLength: 5 }), (parts) => {
        const lowest = {
          scale: Math.min(...parts.map(([, { scale }]) => scale)),
          maxBuckets: Math.min(...parts.map(([, { maxBuckets }]) => maxBuckets)),
        };
        const whole = histogram(
          parts.flatMap(([values]) => values),
          lowest,
        );
        const histograms = parts.map(([values, settings]) => histogram(values, settings));
        expect(merged(histograms).toJSON()).toEqual(whole.toJSON());
        expect(merged([...histograms].reverse()).toJSON()).toEqual(whole.toJSON());
      }),
      { numRuns: 300 },
    );
  });

  test('the other is left as it was, an empty one changes nothing, and itself doubles', () => {
    const one = histogram([1, -3, 0, 1e9, Number.NaN]);
    const before = one.toJSON();
    histogram([1e-9, 5]).merge(one);
    one.merge(new ExponentialHistogram());
    expect(one.toJSON()).toEqual(before);
    one.merge(one);
    expect(one.toJSON()).toEqual(histogram([1, -3, 0, 1e9, Number.NaN, 1, -3, 0, 1e9, Number.NaN]).toJSON());
  });

  test('what is added after a merge lands as in the whole', () => {
    const coarse = histogram([1, 3], { scale: 2 });
    const fine = histogram([5, 1000]);
    fine.merge(coarse);
    for (const x of [2, 0.3, -7]) fine.add(x);
    expect(fine.toJSON()).toEqual(histogram([1, 3, 5, 1000, 2, 0.3, -7], { scale: 2 }).toJSON());
  });
});

describe('resolution', () => {
  test('the order of the values does not matter', () => {
    fc.assert(
      fc.property(stream, options, (values, settings) => {
        expect(histogram([...values].reverse(), settings).toJSON()).toEqual(histogram(values, settings).toJSON());
      }),
    );
  });

  test('coarsening gives exactly what the coarser scale would have given', () => {
    const values = Array.from({ length: 500 }, (_, i) => Math.sin(i) * 1.2 ** (i / 3));
    const fallen = histogram(values, { maxBuckets: 160 });
    expect(fallen.scale).toBeLessThan(6);
    expect(fallen.toJSON()).toEqual(histogram(values, { scale: fallen.scale, maxBuckets: 160 }).toJSON());
  });

  test('the scale is the highest at which both signs fit', () => {
    fc.assert(
      fc.property(stream, options, (values, settings) => {
        const { scale, max_buckets, positive, negative } = histogram(values, settings).toJSON();
        expect(Math.max(positive.counts.length, negative.counts.length)).toBeLessThanOrEqual(max_buckets);
        if (scale === settings.scale) return;
        const finer = histogram(values, { scale: scale + 1, maxBuckets: 2 ** 20 }).toJSON();
        const widest = Math.max(finer.positive.counts.length, finer.negative.counts.length);
        expect(finer.scale).toBe(scale + 1);
        expect(widest).toBeGreaterThan(max_buckets);
      }),
    );
  });

  test('32 doublings fit at the default scale, the whole range of doubles at scale −1', () => {
    expect(histogram([1.01, 2 ** 32]).scale).toBe(6);
    expect(histogram([1, 2 ** 32]).scale).toBe(5);
    expect(histogram([Number.MIN_VALUE, Number.MAX_VALUE]).scale).toBe(-1);
    expect(histogram([Number.MIN_VALUE, Number.MAX_VALUE, -1], { maxBuckets: 2 }).scale).toBe(-11);
  });

  test('the published bound is base − 1', () => {
    expect(new ExponentialHistogram().relativeErrorBound).toBeCloseTo(2 ** (1 / 64) - 1, 15);
    expect(new ExponentialHistogram({ scale: 0 }).relativeErrorBound).toBeCloseTo(1, 15);
    expect(new ExponentialHistogram({ scale: -2 }).relativeErrorBound).toBeCloseTo(15, 12);
  });
});

describe('counts', () => {
  test('are exact, with zeros and non-finite values apart', () => {
    const all = histogram([0, -0, 5, -2, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5]);
    expect([all.count, all.zeroCount, all.nonFinite, all.min, all.max]).toEqual([5, 2, 3, -2, 5]);
  });

  test('of nothing leave the extremes and the quantiles undefined', () => {
    const none = histogram([Number.NaN]);
    expect([none.count, none.min, none.max, none.quantile(0.5)]).toEqual([0, null, null, null]);
  });

  test('add up to the count, with the extremes of the values', () => {
    fc.assert(
      fc.property(stream, options, (values, settings) => {
        const kept = values.filter(Number.isFinite);
        const all = histogram(values, settings);
        const { positive, negative, zero_count } = all.toJSON();
        const total = [...positive.counts, ...negative.counts].reduce((a, b) => a + b, zero_count);
        expect([all.count, total, all.nonFinite]).toEqual([kept.length, kept.length, values.length - kept.length]);
        expect(all.min).toBe(kept.length === 0 ? null : Math.min(...kept) + 0);
        expect(all.max).toBe(kept.length === 0 ? null : Math.max(...kept) + 0);
      }),
    );
  });
});

describe('JSON', () => {
  test('through text and back nothing changes, then or later', () => {
    fc.assert(
      fc.property(stream, stream, options, (before, after, settings) => {
        const original = histogram(before, settings);
        const copy = ExponentialHistogram.fromJSON(JSON.parse(JSON.stringify(original)) as ExponentialHistogramData);
        expect(copy.toJSON()).toEqual(original.toJSON());
        for (const x of after) {
          original.add(x);
          copy.add(x);
        }
        expect(copy.toJSON()).toEqual(original.toJSON());
      }),
    );
  });

  test('shows the buckets as OpenTelemetry counts them', () => {
    expect(histogram([1, 2, 2, 3, 0, -4], { scale: 0 }).toJSON()).toEqual({
      scale: 0,
      max_buckets: 2048,
      count: 6,
      zero_count: 1,
      non_finite: 0,
      min: -4,
      max: 3,
      positive: { offset: -1, counts: [1, 2, 1] },
      negative: { offset: 1, counts: [1] },
    });
  });

  test('empty buckets at the ends do not count as width', () => {
    const data = histogram([1, 2], { scale: 0, maxBuckets: 4 }).toJSON();
    const padded = { ...data, positive: { offset: data.positive.offset - 1, counts: [0, ...data.positive.counts, 0] } };
    expect(ExponentialHistogram.fromJSON(padded).toJSON()).toEqual(data);
  });

  test('what contradicts itself is refused', () => {
    const good = histogram([1, -2, 0]).toJSON();
    const bad: Partial<Record<keyof ExponentialHistogramData, unknown>>[] = [
      { count: 4 },
      { count: -1 },
      { zero_count: 0.5 },
      { non_finite: null },
      { scale: 11 },
      { scale: '6' },
      { max_buckets: 1 },
      { min: null },
      { max: -3 },
      { max: Number.NaN },
      { positive: undefined },
      { positive: { offset: -1, counts: [-1, 2] } },
      { positive: { offset: 1e12, counts: [1] } },
      { positive: { offset: -1, counts: 'many' } },
      { max_buckets: 2, negative: { offset: 0, counts: [1, 0, 0] } },
    ];
    expect(ExponentialHistogram.fromJSON(good).toJSON()).toEqual(good);
    for (const change of bad) {
      const data = { ...good, ...change } as ExponentialHistogramData;
      expect(() => ExponentialHistogram.fromJSON(data), JSON.stringify(change)).toThrow(
        expect.objectContaining({ code: 'damaged_data' }),
      );
    }
  });
});

test('settings and probabilities out of range are refused', () => {
  for (const settings of [{ scale: 11 }, { scale: -12 }, { scale: 1.5 }, { maxBuckets: 1 }, { maxBuckets: 2.5 }]) {
    expect(() => new ExponentialHistogram(settings)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  }
  for (const p of [-0.1, 1.1, Number.NaN]) {
    expect(() => new ExponentialHistogram().quantile(p)).toThrow(/^The probability is/);
  }
});
