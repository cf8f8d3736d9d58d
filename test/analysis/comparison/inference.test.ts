import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import { expectClose } from '../close.ts';
import { ask, experiment, metricOf, only } from './arms.ts';

// Numbers marked R are those of R 4.2.2: t.test, fisher.test, binom.test, combn for all permutations.
const A = [120, 340, 95, 410, 230, 180, 150, 275];
const B = [100, 300, 90, 350, 240, 150, 120, 260];
const latencies = (values: readonly number[], sample: (i: number) => number | undefined) =>
  values.map((duration, i) => ask(sample(i), { duration }));

describe('latency', () => {
  it('of shared samples is a paired test of logarithms, told as a ratio (R)', async () => {
    const found = await metricOf(
      'latency_ms',
      latencies(A, (i) => i),
      latencies(B, (i) => i),
      { metrics: ['latency_ms'] },
    );
    expectClose(found, {
      design: 'paired',
      n: { baseline: 8, treatment: 8, pairs: 8 },
      scale: 'ratio',
      estimate: 0.8892771290586893,
      relative_difference: 0.8892771290586893 - 1,
      ci: { low: 0.825929293183755, high: 0.9574836717783323, level: 0.95, method: 't' },
      p_value: 0.007123058774345207,
      adjusted_p_value: 0.007123058774345207,
      verdict: 'better',
    });
  });

  it("without samples is Welch's test of logarithms (R)", async () => {
    const none = () => undefined;
    expectClose(await metricOf('latency_ms', latencies(A.slice(0, 6), none), latencies(B, none)), {
      design: 'unpaired',
      n: { baseline: 6, treatment: 8, pairs: null },
      estimate: 0.8916781374282582,
      ci: { low: 0.45936975156625348, high: 1.730827722235983 },
      p_value: 0.7092439093201419,
      standard_error: 0.29912180708857616,
      verdict: 'inconclusive',
    });
  });

  it('of repeats is averaged by sample first', async () => {
    const twice = A.flatMap((duration, i) => [ask(i, { duration: duration * 2 }), ask(i, { duration: duration / 2 })]);
    const found = await metricOf(
      'latency_ms',
      twice,
      latencies(B, (i) => i),
    );
    expectClose(found, { n: { pairs: 8 }, estimate: 0.8892771290586893, p_value: 0.007123058774345207 });
  });

  it('of 0 counts as half the smallest one above, and says so', async () => {
    const zero = latencies([0, ...A.slice(1)], (i) => i);
    const half = latencies([45, ...A.slice(1)], (i) => i);
    const [found, same] = [
      await metricOf(
        'latency_ms',
        zero,
        latencies(B, (i) => i),
      ),
      await metricOf(
        'latency_ms',
        half,
        latencies(B, (i) => i),
      ),
    ];
    expect(found.estimate).toBeCloseTo(same.estimate!, 12);
    expect(found.warnings.join()).toContain('1 value of 0 has');
    expect(found.methods).toContain('(45)');
  });

  it('quantiles differ as type 7 has it, and have no limit where too few values lie beyond', async () => {
    const found = await metricOf(
      'latency_ms',
      latencies(A, (i) => i),
      latencies(B, (i) => i),
    );
    const [p50, p95] = found.quantile_differences;
    // Sorted: 95 120 150 180 | 230 275 340 410 and 90 100 120 150 | 240 260 300 350.
    expect(p50).toMatchObject({ quantile: 0.5, baseline: 205, treatment: 195, estimate: -10 });
    expect(p95!.baseline).toBeCloseTo(340 + 0.65 * 70, 10);
    expect(p95!.ci).toMatchObject({ low: null, high: null });
  });
});

describe('success', () => {
  const outcomes = (values: string) => [...values].map((text, i) => ask(i, {}, { success: text === '1' }));

  it("of shared samples is McNemar's exact test (R)", async () => {
    const found = await metricOf('success_rate', outcomes('1111100000'), outcomes('1111011111'));
    expectClose(found, { design: 'paired', estimate: 0.4, p_value: 0.21875, kind: 'rate', verdict: 'inconclusive' });
    expect(found.ci!.method).toBe('Newcombe, paired');
  });

  it("without samples is Fisher's exact test where counts are small (R)", async () => {
    const loose = (good: number, bad: number) =>
      [...'1'.repeat(good), ...'0'.repeat(bad)].map((text) => ask(undefined, {}, { success: text === '1' }));
    const found = await metricOf('success_rate', loose(8, 2), loose(3, 7));
    expectClose(found, { design: 'unpaired', estimate: -0.5, p_value: 0.0697785186949273 });
    expect(found.ci!.method).toBe('Newcombe');
  });
});

describe('a score', () => {
  const scores = (values: readonly number[]) =>
    values.map((score, i) => ask(i, { score }, { name: 'quality' }, 'eval.score.recorded'));

  it('is compared as a mean by paired t (R)', async () => {
    expectClose(await metricOf('scores.quality', scores([1, 2, 3, 5]), scores([2, 4, 4, 9])), {
      kind: 'mean',
      better: 'higher',
      estimate: 2,
      ci: { low: -0.2503293632281836, high: 4.250329363228184 },
      p_value: 0.06627560274152426,
      relative_difference: 2 / 2.75,
    });
  });

  it('of yes and no is compared as a rate', async () => {
    const found = await metricOf(
      'scores.quality',
      scores([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]),
      scores([1, 1, 1, 1, 0, 1, 1, 1, 1, 1]),
    );
    expectClose(found, { kind: 'rate', p_value: 0.21875 });
  });

  it('may go by its plain name', async () => {
    const found = await metricOf('quality', scores([1, 2, 3, 5]), scores([2, 4, 4, 9]), { metrics: ['quality'] });
    expect(found.estimate).toBe(2);
  });
});

describe('cost', () => {
  it('is a difference of arithmetic means with a BCa interval that holds it', async () => {
    const costs = (values: readonly number[]) => values.map((cost_usd, i) => ask(i, { cost_usd }));
    const found = await metricOf('cost_usd', costs([1, 2, 3, 4, 5, 6]), costs([2, 4, 3, 6, 6, 9]));
    expectClose(found, { kind: 'cost', scale: 'difference', estimate: 1.5, relative_difference: 1.5 / 3.5 });
    expect(found.ci).toMatchObject({ method: 'bca and t, the farther ends' });
    expect(found.warnings.join()).toContain('low_coverage');
  });

  it('claims no more than the t-test does, whose p-value and ends stand where they are more careful', async () => {
    const costs = (values: readonly number[]) => values.map((cost_usd, i) => ask(i, { cost_usd }));
    const found = await metricOf('cost_usd', costs([1, 2, 3, 4, 5, 6]), costs([2, 4, 3, 6, 6, 9]));
    // By hand, with the table's t of 5 degrees of freedom for 97.5 %, 2.570582: 1.5 ± 2.570582 · √(1.1 / 6).
    expect(found.ci!.low).toBeCloseTo(0.39935, 4);
    expect(found.ci!.high).toBeCloseTo(2.60065, 4);
    // 3.5032 lies between the table's 3.365 (0.02) and 4.032 (0.01).
    expect(found.p_value).toBeGreaterThan(0.01);
    expect(found.p_value).toBeLessThan(0.02);
  });

  it('reaches as far as the bootstrap to the side where values are skewed', async () => {
    const costs = (values: readonly number[]) => values.map((cost_usd, i) => ask(i, { cost_usd }));
    const changes = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 30];
    const base = changes.map(() => 5);
    const found = await metricOf('cost_usd', costs(base), costs(changes.map((change) => 5 + change)));
    const mean = found.estimate!;
    expect(found.ci!.high! - mean).toBeGreaterThan(1.5 * (mean - found.ci!.low!));
  });
});

describe('clusters', () => {
  const inClusters = (values: readonly number[], add: (i: number) => number) =>
    values.map((value, i) =>
      ask(i, { score: value + add(i) }, { name: 'q', user_id: `u${i % 4}` }, 'eval.score.recorded'),
    );
  const base = [3, 5, 2, 8, 6, 7, 1, 9];
  const changes = [1, 0, 2, 1, 3, 1, 0, 2];

  it('are users where every item has one, and widen the interval over their differences only', async () => {
    const found = await metricOf(
      'scores.q',
      inClusters(base, () => 0),
      inClusters(base, (i) => changes[i]!),
    );
    expect(found).toMatchObject({ cluster_by: 'user_id', n: { pairs: 8, clusters: 4 }, estimate: 1.25 });
    // Balanced clusters: the t-test of the four cluster means 2, 0.5, 1, 1.5, which has variance 5/12 and 3 degrees of freedom.
    expect(found.standard_error).toBeCloseTo(Math.sqrt(5 / 12 / 4), 12);
  });

  it('may be refused with null', async () => {
    const found = await metricOf(
      'scores.q',
      inClusters(base, () => 0),
      inClusters(base, (i) => changes[i]!),
      { clusterBy: null },
    );
    expect(found.cluster_by).toBeNull();
  });

  it('are no clusters where one sample belongs to several, which is said', async () => {
    const twice = inClusters(base, () => 0).flatMap((event) => [
      event,
      { ...event, d: { ...event.d, user_id: 'other' } },
    ]);
    const found = await metricOf(
      'scores.q',
      twice,
      inClusters(base, (i) => changes[i]!),
    );
    expect(found.cluster_by).toBeNull();
    expect(found.warnings.join()).toContain('8 of 8 samples have several values of user_id');
  });

  it('that most items have and one lacks are an error that names it', async () => {
    const all = inClusters(base, (i) => changes[i]!);
    const lacking = all.map((event, i) => (i === 3 ? { ...event, d: { ...event.d, user_id: undefined } } : event));
    const control = inClusters(base, () => 0);
    await expect(metricOf('scores.q', control, lacking)).rejects.toThrow(/"s3" .* has no user_id.*clusterBy: null/);
    await expect(metricOf('scores.q', control, lacking, { clusterBy: null })).resolves.toBeDefined();
    const loose = (events: typeof all) =>
      events.map((event) => ({ ...event, d: { ...event.d, sample_id: undefined } }));
    await expect(metricOf('scores.q', loose(control), loose(lacking))).rejects.toThrow(
      'Value 4 without a sample_id in the treatment',
    );
  });

  it('that few items have are not taken, which is said', async () => {
    const few = (add: (i: number) => number) =>
      inClusters(base, add).map((event, i) => (i > 2 ? { ...event, d: { ...event.d, user_id: undefined } } : event));
    const found = await metricOf(
      'scores.q',
      few(() => 0),
      few((i) => changes[i]!),
    );
    expect(found.cluster_by).toBeNull();
    expect(found.warnings.join()).toContain('5 of 8 items have no user_id');
  });

  it('that somebody asked for must be there', async () => {
    const [first, ...rest] = inClusters(base, (i) => changes[i]!);
    const { user_id: _, ...without } = first!.d!;
    await expect(
      metricOf(
        'scores.q',
        inClusters(base, () => 0),
        [{ ...first!, d: without }, ...rest],
        { clusterBy: 'user_id' },
      ),
    ).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('"s0"') });
  });
});

describe('runs', () => {
  const FIRST = [0.91, 0.89, 0.93, 0.9, 0.92];
  const SECOND = [0.94, 0.92, 0.93, 0.95, 0.94];
  const study = async (label: (condition: string, i: number) => string) => {
    const of = (condition: string, values: readonly number[]) =>
      Promise.all(
        values.map((accuracy, i) =>
          experiment(
            condition,
            [
              { name: 'crucible_train.epoch.stop', at: 1, m: { accuracy: 0.1 } },
              { name: 'crucible_train.epoch.stop', at: 2, m: { accuracy } },
              { name: 'crucible_train.batch.stop', at: 3, m: { accuracy: 0 } },
            ],
            { id: `${condition}-${i}`, replicate: label(condition, i) },
          ),
        ),
      );
    return only(
      await compareExperiments([...(await of('control', FIRST)), ...(await of('treatment', SECOND))]),
      'accuracy',
    );
  };

  it('have one number each, the last of their epochs, and are compared by Welch and by all permutations (R)', async () => {
    const found = await study((condition, i) => `${condition}-${i}`);
    expectClose(found, {
      kind: 'replicate',
      design: 'unpaired',
      n: { baseline: 5, treatment: 5 },
      estimate: 0.026,
      ci: { low: 0.0055423613919737, high: 0.0464576386080261 },
      p_value: 0.0195498343698874,
      over_replicates: { permutation_p_value: 0.03968253968253968, permutation_exact: true },
      verdict: 'better',
    });
    // The means of the middle three of five: of 0.90, 0.91, 0.92 and of 0.93, 0.94, 0.94.
    expect(found.over_replicates!.iqm_difference).toBeCloseTo(2.81 / 3 - 0.91, 9);
  });

  it('that share their seeds are pairs (R)', async () => {
    const found = await study((_, i) => `seed-${i}`);
    expectClose(found, { design: 'paired', n: { pairs: 5 }, estimate: 0.026, p_value: 0.0328889333965138 });
  });
});
