import { describe, expect, it } from 'vitest';
import { expectClose } from '../close.ts';
import { ask, metricOf } from './arms.ts';

const score = (sample: number | undefined, value: number, user?: string) =>
  ask(sample, { score: value }, { name: 'q', ...(user !== undefined && { user_id: user }) }, 'eval.score.recorded');
const arm = (n: number, value: number, userOf?: (i: number) => string, paired = true) =>
  Array.from({ length: n }, (_, i) => score(paired ? i : undefined, value, userOf?.(i)));
const margin = (of: number) => ({ metrics: ['scores.q'], margin: { 'scores.q': of } });

// R 4.2.2: binom.test(0, n, conf.level = ...)$conf.int, whose upper end is that of the share of units that differ.
describe('a rate that does not vary, in clusters', () => {
  const users = (of: number) => (i: number) => `u${i % of}`;

  it('has the exact bound on the share of clusters that differ (R)', async () => {
    const all = arm(4000, 1, users(1000));
    expectClose(await metricOf('scores.q', all, all, margin(0.01)), {
      cluster_by: 'user_id',
      n: { pairs: 4000, clusters: 1000 },
      estimate: 0,
      ci: { low: -0.003682083896865671, high: 0.003682083896865671, level: 0.95 },
      p_value: 1,
      equivalence_p_value: 0.99 ** 1000,
      verdict: 'equivalent',
      verdict_source: 'equivalence p-value, corrected (holm)',
    });
  });

  it('is equivalent from where the bound at twice alpha lies within the margin, and not before (R)', async () => {
    const all = arm(800, 1, users(400));
    // The upper end of the 90 % interval of 0 of 400.
    const end = 0.007461355528799563;
    expect((await metricOf('scores.q', all, all, margin(end * 1.001))).verdict).toBe('equivalent');
    const short = await metricOf('scores.q', all, all, margin(end * 0.999));
    expect(short.verdict).toBe('inconclusive');
    expect(short.equivalence_p_value).toBeGreaterThan(0.05);
  });

  it('of unequal sizes tells as much as fewer equal ones', async () => {
    // Sizes 30, 10 times, and 1, 100 times: 400² / (10 · 900 + 100) = 17.58 by Kish.
    const all = arm(400, 1, (i) => (i < 300 ? `big${i % 10}` : `small${i}`));
    expectClose(await metricOf('scores.q', all, all, margin(0.2)), {
      n: { clusters: 110 },
      equivalence_p_value: 0.8 ** (400 ** 2 / 9100),
    });
  });

  it('without pairs is bounded by either arm (R)', async () => {
    const [first, second] = [arm(1000, 1, (i) => `a${i % 500}`, false), arm(2000, 1, (i) => `b${i % 1000}`, false)];
    const found = await metricOf('scores.q', first, second, margin(0.01));
    expectClose(found, { design: 'unpaired', ci: { low: -0.003682083896865671 }, equivalence_p_value: 0.99 ** 500 });
    expect(found.ci!.high).toBeGreaterThan(0.0036820839);
  });

  it('that turned round everywhere has the p-value of the sign test of clusters', async () => {
    const found = await metricOf('scores.q', arm(40, 0, users(10)), arm(40, 1, users(10)), margin(0.1));
    expectClose(found, { estimate: 1, p_value: 2 * 0.5 ** 10, verdict: 'better' });
    expect(found.ci!.high).toBe(1);
  });
});

describe('a rate that does not vary, in single items', () => {
  const all = (paired: boolean, value = 1, n = 25) => arm(n, value, undefined, paired);

  it.each([true, false])('has the exact bound and no earlier equivalence, paired: %s (R)', async (paired) => {
    const found = await metricOf('scores.q', all(paired), all(paired), margin(0.1));
    // 25 without a failure where 10 % fail: 0.9^25 = 0.0718. R's binom.test(0, 25) has that end.
    expectClose(found, {
      estimate: 0,
      ci: { low: -0.1371851715307125, high: 0.1371851715307125 },
      p_value: 1,
      equivalence_p_value: 0.9 ** 25,
      verdict: 'inconclusive',
    });
    expect((await metricOf('scores.q', all(paired, 1, 29), all(paired, 1, 29), margin(0.1))).verdict).toBe(
      'equivalent',
    );
  });

  it('where all pairs agree, on yes or on no, has the same bound', async () => {
    const both = [...all(true), ...all(true, 0).map((_, i) => score(25 + i, 0))];
    expectClose(await metricOf('scores.q', both, both, margin(0.05)), { equivalence_p_value: 0.95 ** 50 });
  });

  it('opposite in groups has the p-value of Fisher, and no margin bolder than the bound (R)', async () => {
    const found = await metricOf('scores.q', all(false, 0, 5), all(false, 1, 5), {
      metrics: [{ name: 'scores.q', better: 'higher' }],
      margin: { 'scores.q': 0.1 },
    });
    // fisher.test gives 0.00793650793650794; 2 · 0.45^5 bounds both arms at once.
    expectClose(found, { p_value: 0.00793650793650794, verdict: 'better', not_worse_p_value: 2 * 0.45 ** 5 });
    expect(found.ci!.low).toBeGreaterThan(0);
  });
});

describe('values without bounds that do not vary', () => {
  const tokens = (n: number, of: (i: number) => number) =>
    Array.from({ length: n }, (_, i) => ask(i, { input_tokens: of(i), output_tokens: 1 }));

  it.each([
    ['the same in all pairs', (i: number) => 100 + (i % 7), (i: number) => 100 + (i % 7)],
    ['the same everywhere', () => 100, () => 100],
  ])('%s: inconclusive, and the reason says what is not known', async (_, first, second) => {
    const found = await metricOf('total_tokens', tokens(1000, first), tokens(1000, second), {
      metrics: ['total_tokens'],
      margin: { total_tokens: 10 },
    });
    expect(found).toMatchObject({ verdict: 'inconclusive', ci: null, equivalence_p_value: null });
    // 1 − 0.05^(1/1000) is 0.2991 %.
    expect(found.reasons.join()).toContain('at most 0.3 % of those not seen');
    expect(found.methods).not.toContain('was tested');
    expect(found.verdict_reason).toMatch(
      /^Nothing varies, and nothing bounds what was not seen\. All .* no equivalence\.$/,
    );
  });
});
