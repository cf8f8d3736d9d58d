import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chiSquareSf } from '../../src/stats/distributions/chi-square.ts';
import { normalCdf } from '../../src/stats/distributions/normal.ts';
import { type RandomStream, randomStream } from '../../src/stats/random.ts';

const draw = (stream: RandomStream, count = 8): number[] => Array.from({ length: count }, () => stream.uniform());
const seed = fc.oneof(fc.string(), fc.integer());

test('equal seeds give equal numbers, also as text, and others do not', () => {
  fc.assert(
    fc.property(seed, seed, (one, other) => {
      expect(draw(randomStream(one))).toEqual(draw(randomStream(String(one))));
      fc.pre(String(one) !== String(other));
      expect(draw(randomStream(one))).not.toEqual(draw(randomStream(other)));
    }),
  );
});

test('the numbers of a seed never change', () => {
  const stream = randomStream('crucible');
  expect([stream.uniform(), stream.uniform(), stream.below(1000), stream.below(2 ** 40)]).toEqual([
    0.919545219658925, 0.5003081283792576, 59, 569547102941,
  ]);
  expect(draw(stream.split('bootstrap').split(7), 2)).toEqual([0.3330661023745929, 0.8784216477904876]);
});

describe('a split stream', () => {
  const label = fc.oneof(fc.string(), fc.integer({ min: 0, max: 50 }));

  test('does not depend on what was drawn or split before it', () => {
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 8 }), fc.array(fc.nat({ max: 5 })), (labels, draws) => {
        const plain = randomStream('s');
        const alone = labels.map((name) => draw(randomStream('s').split(name)));
        const reversed = labels
          .toReversed()
          .map((name) => draw(plain.split(name)))
          .toReversed();
        const busy = randomStream('s');
        const between = labels.map((name, i) => {
          draw(busy, draws[i] ?? 3);
          return draw(busy.split(name));
        });
        expect(reversed).toEqual(alone);
        expect(between).toEqual(alone);
      }),
    );
  });

  test('does not touch the stream it comes from', () => {
    const stream = randomStream('s');
    const expected = draw(randomStream('s'));
    const seen = expected.map((_, i) => {
      draw(stream.split(i));
      return stream.uniform();
    });
    expect(seen).toEqual(expected);
  });

  test('is another one for every path of names', () => {
    const root = randomStream('s');
    const streams = [
      root,
      root.split('a'),
      root.split('b'),
      root.split('a').split('b'),
      root.split('b').split('a'),
      root.split('a,b'),
      root.split('["a","b"]'),
      root.split('a","b'),
      root.split(''),
      root.split('').split(''),
      randomStream('s,a'),
      randomStream('["s","a"]'),
    ];
    expect(new Set(streams.map((stream) => draw(stream).join())).size).toBe(streams.length);
  });

  test('shares nothing with its neighbours: their numbers do not go together', () => {
    const root = randomStream('neighbours');
    const streams = Array.from({ length: 40 }, (_, i) => draw(root.split(i), 1000).map((u) => u - 0.5));
    let most = 0;
    for (const [i, one] of streams.entries()) {
      for (const other of streams.slice(0, i)) {
        most = Math.max(most, Math.abs(one.reduce((sum, u, at) => sum + u * other[at]!, 0)) * 12);
      }
    }
    // 780 correlations of 1,000 numbers, standard error 1 / √1000: the largest of them should be about 3.2 of these.
    expect(most / Math.sqrt(1000)).toBeLessThan(4.5);
  });
});

/** The p-value of the chi-square test that counts are as expected. */
function goodness(counts: readonly number[], expected: readonly number[]): number {
  const statistic = counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0);
  return chiSquareSf(statistic, counts.length - 1);
}

describe('the distribution of', () => {
  const N = 40_000;
  const bins = 50;

  function uniformity(values: Iterable<number>): number {
    const counts = Array<number>(bins).fill(0);
    for (const u of values) counts[Math.min(Math.floor(u * bins), bins - 1)]!++;
    return goodness(counts, Array(bins).fill(N / bins));
  }

  test.each<[string, (stream: RandomStream) => number]>([
    ['uniform numbers', (stream) => stream.uniform()],
    ['their low bits', (stream) => (stream.uniform() * 2 ** 32) % 1],
    ['normal numbers', (stream) => normalCdf((stream.normal(3, 2) - 3) / 2)],
    ['exponential numbers', (stream) => -Math.expm1(-stream.exponential(5) / 5)],
    ['lognormal numbers', (stream) => normalCdf((Math.log(stream.lognormal(1, 0.5)) - 1) / 0.5)],
    ['large whole numbers', (stream) => stream.below(3 * 2 ** 50) / (3 * 2 ** 50)],
  ])('%s is as it should be', (name, next) => {
    const stream = randomStream(name);
    expect(uniformity(Array.from({ length: N }, () => next(stream)))).toBeGreaterThan(1e-4);
  });

  test.each([1, 2, 3, 7, 100, 1000])('whole numbers below %d is even', (n) => {
    const stream = randomStream(n);
    const counts = Array<number>(n).fill(0);
    for (let i = 0; i < N; i++) counts[stream.below(n)]!++;
    if (n === 1) expect(counts).toEqual([N]);
    else expect(goodness(counts, Array(n).fill(N / n))).toBeGreaterThan(1e-4);
  });

  test('whole numbers below an n that does not divide 2^53 has no bias', () => {
    // Plain remainders would give the lower half of these two thirds of the draws.
    const stream = randomStream('bias');
    const n = 3 * 2 ** 51;
    let low = 0;
    for (let i = 0; i < N; i++) if (stream.below(n) < n / 2) low++;
    expect(Math.abs(low - N / 2)).toBeLessThan(4 * Math.sqrt(N / 4));
  });
});

test('uniform numbers are multiples of 2^−53 in [0, 1), whole numbers below n', () => {
  const stream = randomStream(1);
  for (let i = 0; i < 1000; i++) {
    const u = stream.uniform();
    expect(u * 2 ** 53).toBe(Math.floor(u * 2 ** 53));
    expect(u).toBeLessThan(1);
    for (const n of [1, 6, 2 ** 21, 2 ** 21 + 1, 2 ** 53]) {
      const k = stream.below(n);
      expect(Number.isInteger(k) && k >= 0 && k < n).toBe(true);
    }
  }
});

test('seeds, labels and bounds that mean nothing are refused', () => {
  const bad = expect.objectContaining({ code: 'invalid_argument' });
  const stream = randomStream(1);
  for (const n of [0, -1, 1.5, Number.NaN, 2 ** 54]) expect(() => stream.below(n)).toThrow(bad);
  for (const x of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => randomStream(x)).toThrow(bad);
    expect(() => stream.split(x)).toThrow(bad);
  }
});
