import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import type { CompareOptions } from '../../../src/analysis/comparison/compare-options.ts';
import { numbersNotFinite } from '../close.ts';
import type { Emitted } from '../recorded.ts';
import { ask, compared, experiment, metricOf, only } from './arms.ts';

const some = (values: readonly unknown[], sample = true): Emitted[] =>
  values.map((duration, i) => ask(sample ? i : undefined, { duration, score: duration }));
const LIST = [5, 7, 6, 9, 8];
const scored = { metrics: ['measurements.score'] };

describe('data that allow no test', () => {
  const cases: readonly [string, readonly Emitted[], readonly Emitted[], string | RegExp][] = [
    ['one pair', some([5]), some([6]), 'One value has no variance.'],
    ['one value in an arm', some(LIST, false), some([6], false), 'A group of one value has no variance.'],
    ['equal values', some([5, 5, 5]), some([5, 5, 5]), /^All pairs have the same difference/],
    ['equal differences', some([1, 2, 3]), some([2, 3, 4]), /^All pairs have the same difference/],
    ['no values', some([undefined, undefined]), some([undefined, undefined]), 'No event of either arm has a value.'],
    ['an arm without values', some(LIST), some([undefined, undefined]), 'There is no complete pair: see missing.'],
    [
      'only NaN and infinities in an arm',
      some(LIST),
      some([Number.NaN, Infinity]),
      'There is no complete pair: see missing.',
    ],
    ['an arm without events', some(LIST), [], 'An arm has no values: see missing.'],
  ];

  for (const [what, control, treatment, reason] of cases) {
    it(`as ${what} give null and the reason`, async () => {
      const found = await metricOf('measurements.score', control, treatment, { ...scored, margin: 1 });
      expect(found).toMatchObject({ p_value: null, adjusted_p_value: null, verdict: 'inconclusive' });
      expect(found.reasons).toContainEqual(typeof reason === 'string' ? reason : expect.stringMatching(reason));
      expect(numbersNotFinite(found)).toEqual([]);
    });
  }

  it('as differences that only rounding tells apart give no test: R calls them essentially constant', async () => {
    const seeds = await compareExperiments(
      await Promise.all(
        ['control', 'treatment'].flatMap((condition, arm) =>
          [0, 1, 2, 3, 4].map((seed) =>
            experiment(condition, [], {
              id: `${condition}-${seed}`,
              replicate: `${seed}`,
              logged: [{ metric: 'val_loss', value: (arm === 0 ? 0.4 : 0.3) + 0.01 * seed }],
            }),
          ),
        ),
      ),
    );
    const waits = Array.from({ length: 50 }, (_, i) => 31.7 + 7.3 * i);
    const faster = await compared(
      waits.map((duration, i) => ask(i, { duration, cost_usd: 0.01 + 0.001 * (i % 7) })),
      waits.map((duration, i) => ask(i, { duration: duration * 0.8, cost_usd: 0.02 + 0.001 * (i % 7) })),
    );
    const loose = await compared(
      waits.map(() => ask(undefined, { duration: 0.1 * 3 })),
      waits.map((_, i) => ask(undefined, { duration: i % 2 === 0 ? 0.3 : 0.1 * 3 })),
    );
    for (const found of [
      only(seeds, 'logged.val_loss'),
      only(faster, 'latency_ms'),
      only(faster, 'cost_usd'),
      only(loose, 'latency_ms'),
    ]) {
      expect(found).toMatchObject({ p_value: null, ci: null, standard_error: 0, verdict: 'inconclusive' });
    }
  });

  it('as a pair whose difference no double holds leave that pair out, and say so', async () => {
    const found = await metricOf(
      'measurements.score',
      some([...LIST, -1.7e308]),
      some([6, 8, 8, 9, 9, 1.7e308]),
      scored,
    );
    expect(found).toMatchObject({ n: { pairs: 5 }, missing: { baseline: {}, treatment: { not_finite: 1 } } });
    const runs = await metricOf(
      'loss',
      ...([-1, 1].map((sign) =>
        [5, 6, 1.7e308].map(
          (loss, i): Emitted => ({
            name: 'crucible_train.epoch.stop',
            at: i,
            m: { loss: i === 2 ? sign * loss : loss },
          }),
        ),
      ) as [Emitted[], Emitted[]]),
    );
    expect(numbersNotFinite(runs)).toEqual([]);
  });

  it('as one cluster give null and the reason', async () => {
    const one = (values: readonly number[]) => values.map((score, i) => ask(i, { score }, { doc: 'only' }));
    const options = { ...scored, clusterBy: 'metadata.doc' };
    const found = await metricOf('measurements.score', one(LIST), one([6, 7, 9, 9, 8]), options);
    expect(found).toMatchObject({ estimate: 0.8, p_value: null, cluster_by: 'metadata.doc' });
    expect(found.reasons.join()).toContain('one cluster');
  });

  it('as failures only leave a rate that did not differ', async () => {
    const fail = LIST.map((_, i) => ask(i, {}, { success: false }));
    expect(await metricOf('success_rate', fail, fail)).toMatchObject({
      estimate: 0,
      p_value: 1,
      verdict: 'inconclusive',
    });
  });

  it('as a perfect separation of many keep a p-value above 0', async () => {
    const many = (value: number) =>
      Array.from({ length: 3000 }, (_, i) => ask(i, { score: value + 1e-9 * (i % 2) * value }));
    const found = await metricOf('measurements.score', many(1), many(1000), scored);
    expect(found.p_value).toBe(1e-300);
  });

  it('as disjoint samples are compared as groups, which is said', async () => {
    const there = LIST.map((score, i) => ask(`x${i}`, { score }));
    const found = await metricOf('measurements.score', some(LIST), there, scored);
    expect(found.design).toBe('unpaired');
    expect(found.warnings.join()).toContain('No sample_id is in both arms');
  });
});

describe('options that make no sense', () => {
  const cases: readonly [unknown, string][] = [
    [{ metric: ['latency_ms'] }, 'invalid_argument'],
    [{ alpha: 0 }, 'invalid_argument'],
    [{ alpha: 0.7 }, 'invalid_argument'],
    [{ power: 0.01 }, 'invalid_argument'],
    [{ correction: 'holmes' }, 'invalid_argument'],
    [{ seed: Number.NaN }, 'invalid_argument'],
    [{ resamples: 10 }, 'invalid_argument'],
    [{ quantiles: [50] }, 'invalid_argument'],
    [{ metrics: [] }, 'invalid_argument'],
    [{ metrics: ['latency_ms', 'latency_ms'] }, 'invalid_argument'],
    [{ metrics: ['latency'] }, 'unknown_field'],
    [{ metrics: ['session_id'] }, 'unknown_field'],
    [{ metrics: [{ name: 'x', kind: 'median' }] }, 'invalid_argument'],
    [{ metrics: [{ name: 'x', value: 3 }] }, 'invalid_argument'],
    [{ metrics: [{ name: 'loss', kind: 'latency' }] }, 'invalid_argument'],
    [{ metrics: [{ name: 'x', better: 'up' }] }, 'invalid_argument'],
    [{ primary: ['cost_usd'], metrics: ['latency_ms'] }, 'invalid_argument'],
    [{ margin: 0.1 }, 'invalid_argument'],
    [{ margin: { latency_ms: -1 } }, 'invalid_argument'],
    [{ margin: { latency: 0.1 } }, 'invalid_argument'],
    [{ metrics: ['success_rate'], margin: 1 }, 'invalid_argument'],
    [{ metrics: ['success_rate'], minimumEffect: 2 }, 'invalid_argument'],
    [{ margin: { accuracy: 1 } }, 'invalid_argument'],
    [{ metrics: [{ name: 'latency_ms', margin: 0.1 }], margin: { latency_ms: 0.2 } }, 'invalid_argument'],
    [{ quantiles: [0.5, 0.5] }, 'invalid_argument'],
    [{ metrics: ['latency_ms'], primary: ['latency_ms', 'latency_ms'] }, 'invalid_argument'],
    [{ pairBy: 'nothing' }, 'unknown_field'],
    [{ clusterBy: 'nothing' }, 'unknown_field'],
    [{ clusterBy: 'sample_id' }, 'invalid_argument'],
    [{ clusterBy: 'user_id' }, 'invalid_argument'],
    [{ sampleRatio: { unit: 'sample_id', ratio: { control: 1 } } }, 'invalid_argument'],
    [{ sampleRatio: { ratio: { control: 1, treatment: 1 } } }, 'invalid_argument'],
  ];

  for (const [options, code] of cases) {
    it(`are refused: ${JSON.stringify(options)}`, async () => {
      await expect(compared(some(LIST), some(LIST), options as CompareOptions)).rejects.toMatchObject({ code });
    });
  }
});

describe('shares', () => {
  const right = (values: readonly number[]) => values.map((score, i) => ask(i, { score }));
  const [control, treatment] = [right([1, 1, 0, 1, 1, 0]), right([1, 0, 0, 1, 0, 0])];

  it('found in the values refuse a margin and a minimum effect of 1 or more', async () => {
    for (const option of [{ margin: 1 }, { minimumEffect: 1.5 }]) {
      await expect(compared(control, treatment, { ...scored, ...option })).rejects.toThrow(
        '0.02 is 2 percentage points',
      );
    }
    await expect(compared(control, treatment, { ...scored, margin: 0.99 })).resolves.toBeDefined();
    const counts = { metrics: [{ name: 'measurements.score', kind: 'mean' as const, margin: 1 }] };
    await expect(compared(control, treatment, counts)).resolves.toBeDefined();
  });

  it('have no values but 0 and 1', async () => {
    const metrics = [{ name: 'measurements.score', kind: 'rate' as const }];
    await expect(compared(control, right([1, 0.5, 0, 1, 0, 0]), { metrics })).rejects.toThrow('has the value 0.5');
    expect(await metricOf('measurements.score', control, treatment, { metrics })).toMatchObject({ kind: 'rate' });
  });
});

it('a metric is no property that every object has', async () => {
  const metrics = [{ name: 'constructor', value: 'measurements.score' }, 'latency_ms'];
  const { margin } = await metricOf('constructor', some(LIST), some(LIST), { metrics, margin: { latency_ms: 0.1 } });
  expect(margin).toBeNull();
});

it('a function that throws is an error that names its metric', async () => {
  const value = () => {
    throw new Error('no such key');
  };
  await expect(compared(some(LIST), some(LIST), { metrics: [{ name: 'mine', value }] })).rejects.toMatchObject({
    code: 'invalid_argument',
    message: expect.stringContaining('"mine" threw: no such key'),
  });
});

it('repeats whose sum is beyond the range of doubles are missing, and nothing else is', async () => {
  const huge = (values: readonly number[]) =>
    values.flatMap((score) => [ask(0, { score }), ask(1, { score: score / 1e300 })]);
  const metrics = ['measurements.score', 'latency_ms'];
  for (const same of [true, false]) {
    const other = same
      ? huge([1.6e308, 1.7e308])
      : huge([1.6e308, 1.7e308]).map((e) => ({ ...e, d: { sample_id: 'x' } }));
    const found = await metricOf('measurements.score', huge([1.5e308, 1.5e308]), other, { metrics });
    expect(found.missing.baseline.not_finite).toBe(1);
    expect(numbersNotFinite(found)).toEqual([]);
  }
});
