import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusteredDifferenceTest, clusteredTest } from '../../../src/stats/inference/clustered-t.ts';
import { oneSampleTest, pairedTest } from '../../../src/stats/inference/one-sample-t.ts';
import { studentTest, welchTest } from '../../../src/stats/inference/two-sample-t.ts';
import { expectNear } from './near.ts';

const value = fc.integer({ min: -50, max: 50 }).map((x) => x / 8);
const list = fc.array(value, { minLength: 3, maxLength: 30 }).filter((values) => new Set(values).size > 1);

/** Clustered scores: 14 values in 5 clusters, the first two of which are in both groups. */
const first = [1.5, 2.25, 3, 0.5, 4, 2, 1];
const firstClusters = ['p', 'p', 'q', 'q', 'q', 'r', 's'];
const second = [2.5, 4.25, 5, 3.5, 4.75, 6, 2];
const secondClusters = ['p', 'q', 'q', 't', 't', 't', 's'];

test('groups that change places mirror the result', () => {
  fc.assert(
    fc.property(list, list, (a, b) => {
      for (const run of [welchTest, studentTest]) {
        const forth = run(a, b);
        const back = run(b, a, {});
        expectNear([back.statistic, back.estimate], [-forth.statistic!, -forth.estimate!], 1e-12);
        expectNear(
          [back.p_value, -back.ci!.low!, -back.ci!.high!],
          [forth.p_value!, forth.ci!.high!, forth.ci!.low!],
          1e-9,
        );
      }
    }),
  );
});

test('the alternative points from the first group to the second', () => {
  const [low, high] = [
    [1, 2, 3, 2.5],
    [4, 6, 5, 7],
  ];
  expect(welchTest(low!, high!, { alternative: 'greater' }).p_value).toBeLessThan(0.01);
  expect(welchTest(low!, high!, { alternative: 'less' }).p_value).toBeGreaterThan(0.99);
  expect(pairedTest(low!, high!, { alternative: 'greater' }).p_value).toBeLessThan(0.01);
  expect(welchTest(low!, high!).estimate).toBe(3.375);
});

test('the interval holds the null values that are not rejected, two-sided and one-sided', () => {
  fc.assert(
    fc.property(
      list,
      list,
      fc.constantFrom('two-sided', 'greater', 'less'),
      fc.constantFrom(0.9, 0.95, 0.99),
      (a, b, alternative, level) => {
        const { ci } = welchTest(a, b, { alternative, level });
        const ends = [ci!.low, ci!.high].filter((end) => end !== null);
        expect(ends.length).toBe(alternative === 'two-sided' ? 2 : 1);
        for (const nullValue of ends) {
          expectNear([welchTest(a, b, { alternative, level, nullValue }).p_value], [1 - level], 1e-9);
        }
      },
    ),
  );
});

test('pairs are one sample of their differences', () => {
  fc.assert(
    fc.property(list, (a) => {
      const b = a.map((x, i) => 1.5 * x + (i % 3));
      const paired = pairedTest(a, b);
      const one = oneSampleTest(b.map((x, i) => x - a[i]!));
      expect({ ...paired, method: '', n: [], n_pairs: null, assumptions: [] }).toEqual({
        ...one,
        method: '',
        n: [],
        assumptions: [],
      });
    }),
  );
});

test('a shift of both groups that doubles hold exactly changes nothing but rounding', () => {
  fc.assert(
    fc.property(list, list, (a, b) => {
      const moved = welchTest(
        a.map((x) => x + 2 ** 45),
        b.map((x) => x + 2 ** 45),
      );
      const still = welchTest(a, b);
      expectNear([moved.standard_error, moved.df as number], [still.standard_error!, still.df as number], 1e-10);
      expect(Math.abs(moved.estimate! - still.estimate!)).toBeLessThan(1e-12);
    }),
  );
});

test('a p-value far in the tail keeps its digits, and one that underflows is the smallest that is given, not a denormal', () => {
  const a = [0, 1, 2, 1, 0, 2].map((x) => x / 1024);
  const b = a.map((x) => x + 2 ** 20);
  // mpmath, 40 digits: I(5, ½) at 10 / (10 + t²), where t² = 2^40 · 1024² · 3 / 0.8.
  expectNear([studentTest(a, b).p_value], [1.629091757372875e-89]);
  const many = Array.from({ length: 400 }, (_, i) => (i % 2) * 1e-3);
  const far = welchTest(
    many,
    many.map((x) => x + 1e6),
  );
  expect(far.p_value).toBe(1e-300);
  expect(far.assumptions.join(' ')).toContain('below 1e-300');
});

describe('clusters', () => {
  // By matrix algebra in NumPy 2.4 (the sandwich with A = (I − H)^−½ by eigenvectors): standard error and Satterthwaite df.
  test.each([
    ['CR1', 0.43457289683729255, 3.3123209169054446],
    ['CR2', 0.4868710011677089, 3.137243401959631],
  ] as const)('%s of a difference, with clusters in both groups, is what the matrices give', (variance, error, df) => {
    const result = clusteredDifferenceTest(first, firstClusters, second, secondClusters, { variance });
    expectNear([result.standard_error, result.df as number], [error, df], 1e-12);
  });

  test.each([
    ['CR1', 0.5918953759360026, 2.615384615384616],
    ['CR2', 0.6117646217140645, 2.368421052631579],
  ] as const)('%s of one mean is what the matrices give', (variance, error, df) => {
    const result = clusteredTest(second, secondClusters, { variance });
    expectNear([result.standard_error, result.df as number], [error, df], 1e-12);
  });

  test('of one value each they are no clusters', () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const ids = (values: number[], name: string) => values.map((_, i) => name + i);
        const plain = oneSampleTest(a);
        for (const variance of ['CR1', 'CR2'] as const) {
          const alone = clusteredTest(a, ids(a, 'a'), { variance });
          expectNear(
            [alone.standard_error, alone.df as number, alone.p_value],
            [plain.standard_error!, plain.df as number, plain.p_value!],
            1e-9,
          );
        }
        const apart = clusteredDifferenceTest(a, ids(a, 'a'), b, ids(b, 'b'));
        expectNear([apart.standard_error], [welchTest(a, b).standard_error!], 1e-9);
      }),
    );
  });

  test('of equal size are a t-test of their means', () => {
    fc.assert(
      fc.property(list, (means) => {
        const values = means.flatMap((mean) => [mean - 1, mean, mean + 2]);
        const result = clusteredTest(
          values,
          values.map((_, i) => Math.floor(i / 3)),
        );
        const ofMeans = oneSampleTest(means.map((mean) => mean + 1 / 3));
        expectNear([result.standard_error, result.df as number], [ofMeans.standard_error!, ofMeans.df as number], 1e-9);
        expect(result.n_clusters).toBe(means.length);
      }),
    );
  });

  test('Miller’s standard error is CR1 without its factor', () => {
    // Miller (2024): the root of Σ over clusters of (Σ of deviations)², over n.
    const mean = second.reduce((total, x) => total + x, 0) / second.length;
    const sums = new Map<string, number>();
    for (const [i, x] of second.entries()) {
      sums.set(secondClusters[i]!, (sums.get(secondClusters[i]!) ?? 0) + x - mean);
    }
    const miller = Math.sqrt([...sums.values()].reduce((total, s) => total + s * s, 0)) / second.length;
    const result = clusteredTest(second, secondClusters, { variance: 'CR1', df: 'clusters' });
    expectNear(
      [result.standard_error, result.df as number],
      [miller * Math.sqrt(sums.size / (sums.size - 1)), sums.size - 1],
    );
  });

  test('order does not matter, and ids may be numbers or text', () => {
    const numbered = firstClusters.map((id) => id.charCodeAt(0));
    const back = clusteredTest([...first].reverse(), [...numbered].reverse());
    const forth = clusteredTest(first, firstClusters);
    expectNear(
      [back.estimate, back.standard_error, back.df as number],
      [forth.estimate!, forth.standard_error!, forth.df as number],
    );
    // The number 1 and the text '1' are two clusters.
    expect(clusteredTest([1, 2, 3], [1, '1', 2]).n_clusters).toBe(3);
  });

  test('few of them, and one that holds a whole group, are said', () => {
    expect(clusteredTest(first, firstClusters).assumptions.join(' ')).toContain('few');
    const one = clusteredDifferenceTest(
      first,
      firstClusters,
      second,
      second.map(() => 'z'),
    );
    expect(one).toMatchObject({ p_value: null, ci: null, standard_error: null });
    expect(one.estimate).toBeCloseTo(4 - 14.25 / 7, 12);
    expect(one.assumptions.join(' ')).toContain('one cluster');
  });
});
