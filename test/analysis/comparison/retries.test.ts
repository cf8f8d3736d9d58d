import { describe, expect, it } from 'vitest';
import type { Emitted } from '../recorded.ts';
import { ask, compared, only } from './arms.ts';

const QUESTIONS = Array.from({ length: 100 }, (_, i) => i);
const cost = { cost_usd: 0.01 };
const score = (i: number, name: string, value: number): Emitted => ({
  name: 'eval.score.recorded',
  at: 2,
  m: { score: value },
  d: { name, sample_id: `s${i}` },
});
const once = QUESTIONS.flatMap((i) => [
  ask(i, cost, { success: i % 5 > 0, attempt: 1 }),
  score(i, 'answered', i % 5 > 0 ? 1 : 0),
  score(i, 'total_cost_usd', 0.01),
]);
const retried = QUESTIONS.flatMap((i) => [
  ...[1, 2, 3].map((attempt) => ask(i, cost, { success: attempt === 3, attempt })),
  score(i, 'answered', 1),
  score(i, 'total_cost_usd', 0.03),
]);

describe('an arm that retries', () => {
  it('is warned of: its attempts are averaged, and what to compare instead is said', async () => {
    const comparison = await compared(once, retried);
    expect(only(comparison, 'success_rate').means).toEqual({ baseline: 0.8, treatment: expect.closeTo(1 / 3, 12) });
    expect(comparison.warnings).toHaveLength(1);
    expect(comparison.warnings[0]).toMatch(/^treatment has requests that are retries .* averaged/);
    expect(comparison.warnings[0]).toContain('experiment.score');
  });

  it('is told as it is by one score per sample, as the warning advises', async () => {
    const comparison = await compared(once, retried);
    expect(only(comparison, 'scores.answered')).toMatchObject({
      estimate: expect.closeTo(0.2, 12),
      verdict: 'better',
    });
    expect(only(comparison, 'scores.total_cost_usd').estimate).toBeCloseTo(0.02, 12);
  });

  it('is found too where the attempt is a measurement, and where requests have no sample', async () => {
    const measured = QUESTIONS.flatMap((i) => [1, 2].map((attempt) => ask(i, { attempt }, { success: attempt === 2 })));
    expect((await compared(once, measured)).warnings).toHaveLength(1);
    const nameless = [1, 2].map((attempt) => ask(undefined, {}, { success: attempt === 2, attempt }));
    expect((await compared(nameless, once)).warnings).toHaveLength(1);
  });

  it('is not seen in repeats that say nothing of attempts, nor in events that are no requests', async () => {
    const repeats = QUESTIONS.flatMap((i) => [ask(i, cost), ask(i, cost, { attempt: 1 })]);
    const other = QUESTIONS.map((i) => ask(i, {}, { attempt: 2 }, 'my_app.step'));
    expect((await compared([...repeats, ...other], repeats)).warnings).toEqual([]);
  });
});
