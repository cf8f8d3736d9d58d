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
