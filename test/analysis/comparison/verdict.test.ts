import { describe, expect, it } from 'vitest';
import type { Emitted } from '../recorded.ts';
import { ask, compared, only } from './arms.ts';

const SAMPLES = Array.from({ length: 20 }, (_, i) => i);

/** Two scores, of which the first `rises` samples turned to yes. McNemar's exact p of 6 against 0 is 2 / 2^6 = 0.03125. */
function scores(rises: number): Emitted[] {
  return SAMPLES.flatMap((i) =>
    ['a', 'b'].map((name) => ask(i, { score: i < rises || i > 15 ? 1 : 0 }, { name }, 'eval.score.recorded')),
  );
}

describe('an inconclusive verdict beside an interval without 0', () => {
  it('says that the p-value was corrected and the interval was not', async () => {
    const metrics = ['scores.a', 'scores.b'];
    const found = only(await compared(scores(0), scores(6), { metrics }), 'scores.a');
    expect(found.verdict).toBe('inconclusive');
    expect(found.p_value).toBeCloseTo(0.03125, 12);
    expect(found.adjusted_p_value).toBeCloseTo(0.0625, 12);
    expect(found.ci!.low).toBeGreaterThan(0);
    expect(found.verdict_reason).toMatch(/^The p-value alone is at or below alpha, corrected .* it is not/);
    expect(found.verdict_reason).toContain('The interval is not corrected.');
  });

  it('says nothing of a correction where none makes the difference', async () => {
    const alone = only(await compared(scores(0), scores(6), { metrics: ['scores.a'] }), 'scores.a');
    expect(alone.verdict).toBe('better');
    const none = only(await compared(scores(0), scores(3), { metrics: ['scores.a', 'scores.b'] }), 'scores.a');
    expect(none.verdict_reason).toBe('The data do not tell a difference from none.');
  });
});

describe('a test and an approximate interval that disagree about 0', () => {
  const metrics = ['scores.a'];

  it('leave it open where only the interval tells a difference, and the reason says what decides', async () => {
    // McNemar's exact p of 5 against 0 is 2 / 2^5.
    const found = only(await compared(scores(0), scores(5), { metrics }), 'scores.a');
    expect(found).toMatchObject({ verdict: 'inconclusive', p_value: 0.0625 });
    expect(found.ci!.low).toBeGreaterThan(0);
    expect(found.verdict_reason).toBe(
      'The p-value is above alpha, so the data do not tell a difference from none. The exact test decides: the interval beside it, which is approximate, leaves 0 out.',
    );
  });

  it('make a verdict where only the test tells one, which says so', async () => {
    const group = (n: number, successes: number) =>
      Array.from({ length: n }, (_, i) =>
        ask(undefined, { score: i < successes ? 1 : 0 }, { name: 'a' }, 'eval.score.recorded'),
      );
    const options = { metrics: [{ name: 'scores.a', better: 'higher' }], alpha: 0.01 } as const;
    const found = only(await compared(group(12, 0), group(30, 12), options), 'scores.a');
    // R 4.2.2: fisher.test(matrix(c(0, 12, 12, 18), 2)).
    expect(found.p_value).toBeCloseTo(0.009131841526253168, 12);
    expect(found.verdict).toBe('better');
    expect(found.ci!.low).toBeLessThan(0);
    expect(found.verdict_reason).toMatch(/exact test decides: the interval .* reaches 0\.$/);
  });
});
