import { describe, expect, it } from 'vitest';
import { type AnomaliesOptions, findExperimentAnomalies } from '../../../src/analysis/anomalies/anomalies.ts';
import { randomStream } from '../../../src/stats/random.ts';
import { type Emitted, recorded, request } from '../recorded.ts';

const COUNT = 400;
const stream = randomStream(11);
const usual = Array.from({ length: COUNT }, () => stream.lognormal(5, 0.3));

async function find(latencies: readonly number[], options: AnomaliesOptions = {}, more: readonly Emitted[] = []) {
  const events = latencies.map((latency, i) => request(1e6 * i, latency, { d: { sample_id: `s${i}` }, writer: i % 2 }));
  return findExperimentAnomalies(await recorded([...events, ...more]), options);
}

const spiked = (at: number, value: number) => usual.map((latency, i) => (i === at ? value : latency));

describe('an anomaly', () => {
  it('is a record far from the others, told by its id, time and sample', async () => {
    const [found] = await find(spiked(123, 50_000));
    expect(found).toMatchObject({
      event: 'req_llm.request',
      metric: 'latency_ms',
      method: 'mad',
      scale: 'log',
      n: COUNT,
    });
    expect(found!.records[0]).toEqual({
      event_id: 'w1-61',
      timestamp: 123e6,
      sample_id: 's123',
      value: 50_000,
      score: found!.records[0]!.score,
    });
    expect(found!.records[0]!.score).toBeGreaterThan(10);
    expect(found!.flagged).toBe(found!.records.length);
  });

  it('is told of the farthest first, and of no more than asked for', async () => {
    const latencies = spiked(10, 1e5).map((latency, i) => (i === 300 ? 1e6 : latency));
    const [found] = await find(latencies, { limit: 1 });
    expect(found!.records.map(({ sample_id }) => sample_id)).toEqual(['s300']);
    expect(found!.flagged).toBeGreaterThanOrEqual(2);
  });

  it('may be found in order of time, by what came before', async () => {
    const [found] = await find(spiked(200, 20_000), { method: 'ewma' });
    expect(found).toMatchObject({ method: 'ewma', baseline: null });
    expect(found!.records[0]).toMatchObject({ sample_id: 's200' });
  });

  it('is no failed request', async () => {
    const failed = request(5, 1e6, { d: { success: false } });
    const [found] = await find(usual, {}, [failed]);
    expect(found!.n).toBe(COUNT);
    expect(found!.records.some(({ value }) => value === 1e6)).toBe(false);
  });

  it('is looked for in each operation by itself', async () => {
    const slow = usual.map((latency, i) =>
      request(1e6 * i, 100 * latency, { name: 'crucible_deployment.inference.stop' }),
    );
    const found = await find(usual, {}, slow);
    expect(found.map(({ event, n }) => [event, n])).toEqual([
      ['crucible_deployment.inference', COUNT],
      ['req_llm.request', COUNT],
    ]);
    expect(found[0]!.flagged).toBeLessThan(COUNT / 20);
  });

  it('cannot be told where nothing varies, which is said', async () => {
    const [found] = await find(Array(50).fill(7));
    expect(found).toMatchObject({ flagged: null, records: [] });
    expect(found!.reasons).not.toEqual([]);
  });
});

describe('a lasting change', () => {
  it('is found in the medians of windows', async () => {
    const shifted = usual.map((latency, i) => (i >= 240 ? 1.6 * latency : latency));
    const [found] = await find(shifted, { window: { seconds: 4 } });
    expect(found!.change).toMatchObject({
      method: 'mean_shift',
      windows: 100,
      window_seconds: 4,
      changed: true,
      p_value: 0.001,
      alpha: 0.05,
      direction: 'up',
    });
    expect(Math.abs(found!.change.changed_at! / 1e6 - 240)).toBeLessThanOrEqual(12);
    expect(found!.change.after! / found!.change.before!).toBeCloseTo(1.6, 0);
  });

  it('needs windows enough, or says so', async () => {
    const [found] = await find(usual.slice(0, 5));
    expect(found!.change).toMatchObject({ changed: null, reasons: [expect.stringContaining('10 are needed')] });
  });
});

/** What is said of latencies of which those from `at` on are `factor` times as long, seed by seed. */
async function changes(count: number, at: number, factor: number) {
  const found = [];
  for (let seed = 1; seed <= count; seed++) {
    const noise = randomStream(`change ${seed}`);
    const latencies = Array.from({ length: 1000 }, (_, i) => 300 * noise.lognormal(0, 0.3) * (i >= at ? factor : 1));
    found.push((await find(latencies))[0]!.change);
  }
  return found;
}

describe('of 200 series of log-normal latencies', () => {
  // 5 % are 10, with a standard deviation of 3.1.
  it('without a change, some 5 % are said to have one', async () => {
    const alarms = (await changes(200, 1000, 1)).filter(({ changed }) => changed).length;
    expect(alarms).toBeGreaterThanOrEqual(2);
    expect(alarms).toBeLessThanOrEqual(16);
  });

  it('that are 1.6 times as slow after 70 %, all are found, upwards, within three windows of the truth', async () => {
    const all = await changes(200, 700, 1.6);
    const right = all.filter(
      ({ direction, changed_at }) => direction === 'up' && Math.abs(changed_at! / 1e6 - 700) <= 30,
    );
    expect(right.length).toBeGreaterThanOrEqual(190);
  });
});

describe('options that make no sense', () => {
  const cases: readonly [object, string][] = [
    [{ metric: 'latency' }, 'unknown_field'],
    [{ metric: 'sample_id' }, 'unknown_field'],
    [{ method: 'sigma' }, 'invalid_argument'],
    [{ scale: 'square' }, 'invalid_argument'],
    [{ threshold: -1 }, 'invalid_argument'],
    [{ limit: -1 }, 'invalid_argument'],
    [{ alpha: 1 }, 'invalid_argument'],
    [{ seed: Number.NaN }, 'invalid_argument'],
    [{ changePoint: 'cusum' }, 'invalid_argument'],
    [{ windows: 5 }, 'invalid_argument'],
  ];
  for (const [options, code] of cases) {
    it(`are refused: ${JSON.stringify(options)}`, async () => {
      await expect(find(usual.slice(0, 40), options as AnomaliesOptions)).rejects.toMatchObject({ code });
    });
  }
});
