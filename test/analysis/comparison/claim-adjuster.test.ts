import { describe, expect, it } from 'vitest';
import { claimAdjuster } from '../../../src/analysis/comparison/inference/claim-adjuster.ts';
import { normalSf } from '../../../src/stats/distributions/normal.ts';
import { adjustPValues } from '../../../src/stats/inference/adjust-p-values.ts';
import { randomStream } from '../../../src/stats/random.ts';

describe('claims about several metrics', () => {
  it('of one metric alone are not corrected', () => {
    const adjusted = claimAdjuster([[0.03, 0.9]], 'holm');
    expect([adjusted(0, 0.03), adjusted(0, 0.9), adjusted(0, null)]).toEqual([0.03, 0.9, null]);
  });

  it('of one kind are corrected as ever', () => {
    const p = [0.01, 0.04, null, 0.03];
    const adjusted = claimAdjuster(
      p.map((own) => [own, null]),
      'holm',
    );
    expect(p.map((own, i) => adjusted(i, own))).toEqual(adjustPValues(p, 'holm'));
  });

  it('are held against the worst claim of every other metric (Shaffer 1986, by hand)', () => {
    const adjusted = claimAdjuster(
      [
        [0.02, 0.6],
        [0.001, 0.9],
        [0.8, 0.004],
      ],
      'holm',
    );
    // That two metrics differ and one does not leaves three null hypotheses that may be true together.
    expect([adjusted(0, 0.02), adjusted(1, 0.001), adjusted(2, 0.004)]).toEqual([0.06, 0.003, 0.012]);
  });

  it('are false at most as often as alpha says, about differences and margins together', () => {
    const [studies, alpha, margin] = [4000, 0.05, 5];
    const stream = randomStream(11);
    let [together, apart] = [0, 0];
    for (let study = 0; study < studies; study++) {
      // Two metrics without a difference and two with one of just the margin: all that can be shown of them is false.
      const tests = [0, 0, margin, margin].map((truth) => {
        const z = stream.normal(truth, 1);
        return { truth, p: [2 * normalSf(Math.abs(z)), normalSf(margin - Math.abs(z))] as const };
      });
      const isFalse = (of: (i: number, claim: 0 | 1) => number | null) =>
        tests.some(({ truth }, i) => of(i, truth === 0 ? 0 : 1)! <= alpha);
      const adjusted = claimAdjuster(
        tests.map(({ p }) => p),
        'holm',
      );
      const alone = [0, 1].map((claim) => adjustPValues(tests.map(({ p }) => p[claim]!)));
      if (isFalse((i, claim) => adjusted(i, tests[i]!.p[claim]))) together++;
      if (isFalse((i, claim) => alone[claim]![i]!)) apart++;
    }
    const bound = alpha + 2.326 * Math.sqrt((alpha * (1 - alpha)) / studies);
    expect(together / studies).toBeLessThan(bound);
    expect(together).toBeGreaterThan(0);
    expect(apart / studies).toBeGreaterThan(bound);
  });
});
