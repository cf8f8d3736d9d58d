import { expect, it } from 'vitest';
import { weightedMean, weightedTotal } from '../../../src/stats/sampling/weighted-estimate.ts';
import { weightedQuantile } from '../../../src/stats/sampling/weighted-quantile.ts';

const HUGE = [1e308, -1e308, 1.7e308];
const HALF = [0.5, 0.5, 0.5];

it('what is beyond the range of doubles is null with a reason, never NaN', () => {
  const found = [
    weightedMean(HUGE, HALF),
    weightedMean(HUGE, HALF, { about: 'population' }),
    weightedTotal(HUGE, HALF),
    weightedQuantile(HUGE, HALF, 0.4),
  ];
  for (const { estimate, standard_error, ci, assumptions } of found) {
    for (const value of [estimate, standard_error, ci?.low, ci?.high]) {
      expect(value == null || Number.isFinite(value)).toBe(true);
    }
    if (estimate === null) expect(assumptions.join()).toContain('estimate is null');
  }
  expect(found[0]!.estimate).toBeNull();
});
