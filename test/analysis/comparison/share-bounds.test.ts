import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import { ask, experiment, metricOf, only } from './arms.ts';

const SAMPLES = Array.from({ length: 12 }, (_, i) => i);
const CUT = 'The interval was cut to −1 to +1: two shares cannot differ by more.';
const user = (i: number) => ({ user_id: `u${i % 2}` });

describe('the interval of a difference of rates', () => {
  const control = SAMPLES.map((i) => ask(i, {}, { success: i % 3 !== 0, ...user(i) }));
  const treatment = SAMPLES.map((i) => ask(i, {}, { success: i % 2 !== 0, ...user(i) }));

  it('ends where rates end, which is said, and leaves the test as it is', async () => {
    const found = await metricOf('success_rate', control, treatment, { clusterBy: 'user_id' });
    expect(found.estimate).toBeCloseTo(-1 / 6, 12);
    expect(found.ci).toMatchObject({ low: -1, high: 1 });
    expect(found.reasons).toContain(CUT);
    expect(found.methods).toContain(CUT);
    // Two clusters with the mean differences -4/6 and 2/6: t = -1/3 with one degree of freedom, 1 - 2 atan(1/3) / pi.
    expect(found.p_value).toBeCloseTo(1 - (2 * Math.atan(1 / 3)) / Math.PI, 12);
  });

  it('is cut over replicates too', async () => {
    const rated = (condition: string, replicate: string, successes: number) =>
      experiment(
        condition,
        SAMPLES.map((i) => ask(i, {}, { success: i < successes })),
        { id: `${condition}-${replicate}`, replicate },
      );
    const comparison = await compareExperiments(
      await Promise.all([
        rated('control', 's1', 6),
        rated('control', 's2', 12),
        rated('treatment', 's1', 12),
        rated('treatment', 's2', 0),
      ]),
      { metrics: [{ name: 'success_rate', kind: 'replicate' }] },
    );
    const found = only(comparison, 'success_rate');
    expect(found).toMatchObject({ kind: 'replicate', estimate: -0.25, ci: { low: -1, high: 1 } });
    expect(found.reasons).toContain(CUT);
  });

  it('is cut on interim data, whose sequence is wider still', async () => {
    // A hundred users with one request each, and one with a thousand whose outcomes all turned.
    const many = Array.from({ length: 1100 }, (_, i) => i);
    const open = (outcome: (i: number) => boolean) =>
      many.map((i) => ask(i, {}, { success: outcome(i), user_id: `u${Math.min(i, 100)}` }));
    const comparison = await compareExperiments(
      await Promise.all([
        experiment(
          'control',
          open((i) => i < 100 && i % 2 === 0),
        ),
        experiment(
          'treatment',
          open((i) => i > 100 || i % 3 === 0),
          { status: 'running' },
        ),
      ]),
      { clusterBy: 'user_id' },
    );
    const found = only(comparison, 'success_rate');
    expect(comparison.interim).toBe(true);
    expect(found.ci!.high).toBe(1);
    expect(found.ci!.low).toBeGreaterThan(0);
    expect(found.reasons).toContain(CUT);
  });

  it('that lies between is not touched, nor one of values that are no rates', async () => {
    const plain = await metricOf('success_rate', control, treatment, { clusterBy: null });
    expect(plain.ci!.low).toBeGreaterThan(-1);
    expect(plain.reasons).not.toContain(CUT);
    const score = (i: number, value: number) => ask(i, { quality: value }, user(i));
    const other = await metricOf(
      'q',
      SAMPLES.map((i) => score(i, i)),
      SAMPLES.map((i) => score(i, 3 * i + (i % 2 ? 9 : 0))),
      { clusterBy: 'user_id', metrics: [{ name: 'q', value: 'measurements.quality', kind: 'mean' }] },
    );
    expect(other.ci!.high).toBeGreaterThan(1);
    expect(other.reasons).not.toContain(CUT);
  });
});
