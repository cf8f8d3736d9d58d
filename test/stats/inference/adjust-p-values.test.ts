import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Adjustment, adjustPValues } from '../../../src/stats/inference/adjust-p-values.ts';

const METHODS: Adjustment[] = ['none', 'bonferroni', 'holm', 'hochberg', 'hommel', 'bh', 'by'];
const pValue = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.01, 0.05, 1));

/** The closed test: a hypothesis is rejected where all families that hold it are, by `reject`. */
function byClosure(pValues: readonly number[], familyP: (sorted: number[]) => number): number[] {
  return pValues.map((_, i) => {
    let worst = 0;
    for (let family = 0; family < 2 ** pValues.length; family++) {
      if (!(family & (1 << i))) continue;
      const members = pValues.filter((_, j) => family & (1 << j)).sort((a, b) => a - b);
      worst = Math.max(worst, familyP(members));
    }
    return worst;
  });
}

const simes = (sorted: number[]) => Math.min(...sorted.map((p, k) => (sorted.length * p) / (k + 1)), 1);
const bonferroni = (sorted: number[]) => Math.min(sorted.length * sorted[0]!, 1);

test.each([
  ['hommel', simes],
  ['holm', bonferroni],
] as const)('%s is the closed test that its definition names', (method, familyP) => {
  fc.assert(
    fc.property(fc.array(pValue, { minLength: 1, maxLength: 7 }), (pValues) => {
      const closed = byClosure(pValues, familyP);
      for (const [i, p] of adjustPValues(pValues, method).entries()) expect(p).toBeCloseTo(closed[i]!, 12);
    }),
  );
});

test('R’s hommel of .01 to .05 is .05 for all', () => {
  for (const p of adjustPValues([0.01, 0.02, 0.03, 0.04, 0.05], 'hommel')) expect(p).toBeCloseTo(0.05, 14);
});

test('bh rejects what Benjamini and Hochberg’s step-up rule rejects', () => {
  fc.assert(
    fc.property(fc.array(pValue, { minLength: 1, maxLength: 30 }), (pValues) => {
      const sorted = [...pValues].sort((a, b) => a - b);
      const last = sorted.findLastIndex((p, i) => p * sorted.length <= 0.1 * (i + 1));
      const adjusted = adjustPValues(pValues, 'bh');
      for (const [i, p] of pValues.entries()) {
        if (Math.abs(adjusted[i]! - 0.1) < 1e-12) continue;
        expect(adjusted[i]! < 0.1).toBe(last >= 0 && p <= sorted[last]!);
      }
    }),
  );
});

test.each(METHODS)(
  '%s keeps the order of the values, is no smaller than they are, and follows them when they are moved',
  (method) => {
    fc.assert(
      fc.property(fc.array(pValue, { maxLength: 20 }), (pValues) => {
        const adjusted = adjustPValues(pValues, method) as number[];
        for (const [i, p] of pValues.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p * (1 - 1e-15));
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          for (const [j, q] of pValues.entries()) if (p < q) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]!);
        }
        expect(adjustPValues([...pValues].reverse(), method)).toEqual([...adjusted].reverse());
      }),
    );
  },
);

test('hochberg and hommel reject what holm rejects, and hommel what hochberg rejects', () => {
  fc.assert(
    fc.property(fc.array(pValue, { minLength: 1, maxLength: 12 }), (pValues) => {
      const [holm, hochberg, hommel] = (['holm', 'hochberg', 'hommel'] as const).map((method) =>
        adjustPValues(pValues, method),
      );
      for (const i of pValues.keys()) {
        expect(hochberg![i]).toBeLessThanOrEqual(holm![i]! * (1 + 1e-12));
        expect(hommel![i]).toBeLessThanOrEqual(hochberg![i]! * (1 + 1e-12));
      }
    }),
  );
});

test('what was not tested stays null and does not count', () => {
  expect(adjustPValues([0.01, null, 0.02], 'bonferroni')).toEqual([0.02, null, 0.04]);
  expect(adjustPValues([null], 'by')).toEqual([null]);
  expect(adjustPValues([])).toEqual([]);
});
