import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import type { CompareOptions } from '../../../src/analysis/comparison/compare-options.ts';
import { lacksMore } from '../../../src/analysis/comparison/inference/lacks-more.ts';
import type { Arranged } from '../../../src/analysis/comparison/items/arranged.ts';
import { randomStream } from '../../../src/stats/random.ts';
import type { Emitted } from '../recorded.ts';
import { ask, compared, experiment, metricOf, only } from './arms.ts';

const N = 200;
const start = (sample: number): Emitted => ({ ...ask(sample), name: 'req_llm.request.start', at: 0 });

/** Requests of samples of which later ones are harder; those that hang begin only. */
function arm(
  name: string,
  factor: number,
  hangs: (sample: number) => boolean,
  m: 'duration' | 'cost_usd' = 'duration',
) {
  const stream = randomStream(2).split(name);
  return Array.from({ length: N }, (_, i) => {
    const value = factor * 50 * Math.exp(i / 100) * stream.lognormal(0, 0.1);
    return hangs(i) ? start(i) : ask(i, { duration: 5, [m]: value });
  });
}
const never = () => false;
const hardest = (count: number) => (sample: number) => sample >= N - count;

describe('a treatment that hangs on its hardest samples', () => {
  it('is not faster, however fast it is on the others: no value observed bounds what never came', async () => {
    const found = await metricOf('latency_ms', arm('c', 1, never), arm('t', 0.5, hardest(6)));
    expect(found.p_value).toBeLessThan(1e-9);
    expect(found).toMatchObject({ verdict: 'inconclusive', sensitivity: { missing: 6, high: null, could_flip: true } });
    expect(found.sensitivity!.low).toBeLessThan(0.55);
    expect(found.methods).toContain('lacks values more often than chance explains, without a bound');
  });

  it('is worse where it is slower on the others: what is missing speaks for it no more', async () => {
    const found = await metricOf('latency_ms', arm('c', 1, never), arm('t', 2, hardest(6)));
    expect(found).toMatchObject({ verdict: 'worse', sensitivity: { high: null, could_flip: false } });
  });

  it('is not as fast, whatever the margin', async () => {
    const options: CompareOptions = { margin: { latency_ms: 0.5 } };
    const whole = await metricOf('latency_ms', arm('c', 1, never), arm('t', 1, never), options);
    expect(whole.verdict).toBe('equivalent');
    const found = await metricOf('latency_ms', arm('c', 1, never), arm('t', 1, hardest(6)), options);
    expect(found.equivalence_p_value).toBeLessThan(0.001);
    expect(found).toMatchObject({ verdict: 'inconclusive', sensitivity: { could_flip: true } });
    const baseline = await metricOf('latency_ms', arm('c', 1, hardest(6)), arm('t', 1, never), options);
    expect(baseline).toMatchObject({ verdict: 'inconclusive', sensitivity: { low: null, could_flip: true } });
  });

  it('is not cheaper', async () => {
    const found = await metricOf('cost_usd', arm('c', 1, never, 'cost_usd'), arm('t', 0.5, hardest(6), 'cost_usd'));
    expect(found).toMatchObject({ verdict: 'inconclusive', sensitivity: { high: null, could_flip: true } });
  });

  it('is no better in groups either', async () => {
    const loose = (events: readonly Emitted[]) => events.map(({ d, ...event }) => ({ ...event, d: {} }));
    const [control, treatment] = [arm('c', 1, never), arm('t', 0.3, hardest(9))];
    const begun = Array.from({ length: N }, (_, i) => start(i));
    const found = await metricOf(
      'latency_ms',
      loose([...begun, ...control]),
      loose([...begun, ...treatment.filter(({ name }) => name.endsWith('stop'))]),
    );
    expect(found).toMatchObject({
      design: 'unpaired',
      missing: { treatment: { not_finished: 9 } },
      verdict: 'inconclusive',
      sensitivity: { high: null, could_flip: true },
    });
  });
});

describe('arms that lack values alike', () => {
  it('are told apart where no value observed turns it round', async () => {
    const every = (phase: number) => (sample: number) => sample % 50 === phase;
    const found = await metricOf('latency_ms', arm('c', 1, every(3)), arm('t', 0.5, every(7)));
    expect(found).toMatchObject({ verdict: 'better', sensitivity: { missing: 8, could_flip: false } });
    expect(found.sensitivity!.low).not.toBeNull();
    expect(found.sensitivity!.high).not.toBeNull();
  });
});

describe('a run that did not get to its number', () => {
  const run = (condition: string, replicate: number, loss: number | undefined) =>
    experiment(
      condition,
      [{ name: 'crucible_train.epoch.stop', at: 1, m: loss === undefined ? {} : { loss }, d: {} }],
      { id: `${condition}-${replicate}`, replicate: `seed-${replicate}` },
    );

  it('has no bound: a condition that loses one of its runs has no better loss', async () => {
    const losses = [0.5, 0.52, 0.49, 0.51, 0.5, 0.48];
    const found = async (lost: number) => {
      const arms = await Promise.all([
        ...losses.map((loss, i) => run('control', i, loss)),
        ...losses.map((loss, i) => run('treatment', i, i < lost ? undefined : loss - 0.2 - 0.001 * i)),
      ]);
      const { comparisons } = await compareExperiments(arms, { metrics: ['loss'] });
      return comparisons[0]!.metrics.loss!;
    };
    expect(await found(0)).toMatchObject({ verdict: 'better', sensitivity: null });
    expect(await found(1)).toMatchObject({ verdict: 'inconclusive', sensitivity: { high: null, could_flip: true } });
  });
});

it('a metric that is named in the options and has no values is told, not left out', async () => {
  const events = [1, 2, 3].map((i) => ask(i, { duration: i }));
  for (const options of [
    { primary: ['accuracy'] },
    { margin: { accuracy: 0.1 } },
    { minimumEffect: { accuracy: 0.1 } },
  ]) {
    const { metrics } = (await compared(events, events, options)).comparisons[0]!;
    expect(metrics.accuracy).toMatchObject({ verdict: 'inconclusive', estimate: null });
    expect(metrics.accuracy!.reasons).toContain('No event of either arm has a value.');
    expect(metrics.loss).toBeUndefined();
  }
});

it('the last number of a sampled run may not be the last there was, which is said', async () => {
  const run = (condition: string, sampling: { rate: number } | null) =>
    experiment(condition, [{ name: 'crucible_train.epoch.stop', at: 1, m: { loss: 1 }, d: {} }], { sampling });
  const of = async (sampling: { rate: number } | null) =>
    only(await compareExperiments([await run('control', null), await run('treatment', sampling)]), 'loss').warnings;
  expect((await of({ rate: 0.5 })).join()).toContain('the last one that was kept');
  expect(await of(null)).toEqual([]);
});

describe('chance, as far as it explains', () => {
  const of = (missing: number, total: number): Emitted[] =>
    Array.from({ length: total }, (_, i) => [
      { ...start(i), d: {} },
      ...(i < missing ? [] : [{ ...ask(undefined, { duration: 50 + (i % 9) }), at: 2 }]),
    ]).flat();

  it('is five lost of a side and none of the other, not four', async () => {
    for (const [lost, isOpen] of [
      [4, false],
      [5, true],
    ] as const) {
      const found = await metricOf('latency_ms', arm('c', 1, never), arm('t', 1, hardest(lost)));
      expect(found.sensitivity!.high === null, `${lost} lost`).toBe(isOpen);
    }
  });

  it('counts shares of all items, those without a value too', async () => {
    // 30 of 60 against 15 of 60: with the missing, p is 0.005; of odds to those with a value alone there would be no test.
    const found = await metricOf('latency_ms', of(15, 60), of(30, 60));
    expect(found.missing).toEqual({ baseline: { not_finished: 15 }, treatment: { not_finished: 30 } });
    expect(found.sensitivity!.high).toBeNull();
    // Half of a small arm and half of a large one are alike.
    const alike = await metricOf('latency_ms', of(20, 40), of(100, 200));
    expect(alike.sensitivity!.high).not.toBeNull();
    expect(alike.sensitivity!.low).not.toBeNull();
  });
});

it('a claim among several must survive what is missing at its corrected p-value', async () => {
  const noise = randomStream(5);
  const values = Array.from({ length: 60 }, () => noise.normal(0, 1));
  const control = values.map((_, i) => ask(i, { a: 0, b: 0, c: 0 }));
  // By itself its worst completion has p between 0.0167 and 0.05: enough for one metric, not for the first of three.
  const treatment = values
    .map((value, i) => ask(i, { a: 0.55 + value, b: 0.02 * value, c: 0.02 * values[59 - i]! }))
    .slice(0, 58);
  const metrics = ['a', 'b', 'c'].map((name) => ({ name, value: `measurements.${name}`, better: 'higher' as const }));
  const alone = await metricOf('a', control, treatment, { metrics: metrics.slice(0, 1) });
  const among = await metricOf('a', control, treatment, { metrics });
  expect(alone).toMatchObject({ verdict: 'better', sensitivity: { could_flip: false } });
  expect(among.adjusted_p_value).toBeLessThan(0.05);
  expect(among).toMatchObject({ verdict: 'inconclusive', sensitivity: { could_flip: true } });
});

describe('lacksMore', () => {
  const groups = (first: number, firstMissing: number, second: number, secondMissing: number): Arranged => ({
    design: 'unpaired',
    first: new Float64Array(first),
    second: new Float64Array(second),
    firstClusters: null,
    secondClusters: null,
    firstMissing,
    secondMissing,
    missing: { baseline: {}, treatment: {} },
  });

  it('holds shares against each other, not numbers: an arm of ten times the items may lack ten times as many', () => {
    expect(lacksMore(groups(90, 10, 900, 100), true)).toBeNull();
    expect(lacksMore(groups(90, 10, 700, 300), false)).toBe('treatment');
    expect(lacksMore(groups(70, 30, 900, 100), false)).toBe('baseline');
    expect(lacksMore(groups(90, 10, 890, 110), false)).toBeNull();
    expect(lacksMore(groups(90, 10, 890, 110), true)).toBe('treatment');
  });
});
