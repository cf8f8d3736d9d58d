import { describe, expect, it } from 'vitest';
import { itemsText, quantileTexts, whyText, worstText } from '../../src/report/comparison/comparison-texts.ts';
import { ask, metricOf } from '../analysis/comparison/arms.ts';

const SCORES = { metrics: ['measurements.score'] };

describe('counts', () => {
  it('of one are singular', async () => {
    const one = [ask(0, { score: 1.5 }, { user_id: 'u' })];
    const found = await metricOf('measurements.score', one, one, { ...SCORES, clusterBy: 'user_id' });
    expect(itemsText(found)).toMatch(/^1 pair( in 1 cluster)?$/);
    expect(found.methods).toContain('over 1 pair by sample_id, clustered by user_id');
    expect(found.methods).not.toMatch(/\b1 (?:pairs|clusters)/);
    const two = [...one, ask(1, { score: 3 }, { user_id: 'u' })];
    expect(itemsText(await metricOf('measurements.score', two, two, SCORES))).toMatch(/^2 pairs/);
  });
});

describe('why a verdict is what it is', () => {
  it('names the cause where there is no test, and how many samples would decide where that is known', async () => {
    const one = [ask(0, { score: 1.5 })];
    const untested = await metricOf('measurements.score', one, one, SCORES);
    expect(untested.p_value).toBeNull();
    expect(whyText(untested)).toBe(`There is no test. ${untested.reasons[0]}`);
    expect(new Set(untested.reasons).size).toBe(untested.reasons.length);
    const some = (add: number) => [1, 5, 2, 8].map((score, i) => ask(i, { score: score + add * (i % 2 ? 1 : -1) }));
    const open = await metricOf('measurements.score', some(0), some(1), { ...SCORES, minimumEffect: 1 });
    expect(whyText(open)).toContain(`To find a difference of 1 with power 0.8: ${open.needed!.n} pairs.`);
  });
});

describe('units', () => {
  const many = Array.from({ length: 60 }, (_, i) => i);

  it('of both ends of an interval of latencies are one, and its minus is none of ASCII', async () => {
    const slow = many.map((i) => ask(i, { duration: 100 + ((i * 17) % 60) * (i % 4 ? 1 : 14) }));
    const fast = many.map((i) => ask(i, { duration: 100.5 + ((i * 17) % 60) * (i % 4 ? 1 : 14) + (i % 3) }));
    const rows = quantileTexts(await metricOf('latency_ms', slow, fast, { quantiles: [0.5, 0.9] }));
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row.join(' ')).not.toContain('-');
      expect(row.at(-1)).toMatch(/^[+−±][\d.,]+ (µs|ms|s) to [+−±][\d.,]+ \1$/);
    }
  });

  it('of the estimate at worst are those of the estimate', async () => {
    const costs = (add: number) =>
      many.map((i) => ask(i, { cost_usd: 0.001 + 1e-5 * ((i * 7) % 13) + add * (i % 5) }, { success: i % 4 > 0 }));
    const lacking = costs(1e-5).slice(1);
    expect(worstText(await metricOf('cost_usd', costs(0), lacking))).toMatch(/^[+−]\$[\d.e-]+ to [+−]\$[\d.e-]+$/);
    expect(worstText(await metricOf('success_rate', costs(0), lacking))).toBe('±0 to +1.67 points');
    expect(worstText(await metricOf('success_rate', costs(0), costs(0)))).toBe('–');
  });
});
