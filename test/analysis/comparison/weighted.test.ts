import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import { weightedDifference } from '../../../src/analysis/comparison/inference/weighted-difference.ts';
import { randomStream } from '../../../src/stats/random.ts';
import { permanentRandom } from '../../../src/stats/sampling/inclusion-probability.ts';
import { weightedMean } from '../../../src/stats/sampling/weighted-estimate.ts';
import { expectClose } from '../close.ts';
import { ask, experiment, metricOf, only } from './arms.ts';

/** Rows that carry the probability with which they were kept, as an enricher or another sampler writes it. */
const kept = (
  values: readonly number[],
  probability: (i: number) => number,
  sample: (i: number) => number | undefined,
) => values.map((hits, i) => ({ ...ask(sample(i), { hits }), fields: { inclusion_probability: probability(i) } }));

const FIRST = [10, 12, 9, 30, 11, 14];
const SECOND = [13, 15, 12, 33, 16, 40];
const options = { metrics: [{ name: 'hits', value: 'measurements.hits', better: 'higher' as const }] };

describe('sampled values', () => {
  it('are weighted: Hájek means with the errors of ratios, by Welch (R)', async () => {
    const none = () => undefined;
    const tenTimes = (values: readonly number[]) => Array.from({ length: 60 }, (_, i) => values[i % 6]!);
    const first = (i: number) => (i % 6 === 3 ? 1 : 0.1);
    const second = (i: number) => (i % 6 === 3 || i % 6 === 5 ? 1 : 0.1);
    const found = await metricOf(
      'hits',
      kept(tenTimes(FIRST), first, none),
      kept(tenTimes(SECOND), second, none),
      options,
    );
    expectClose(found, {
      design: 'unpaired',
      estimate: 3.502801120448179,
      standard_error: 0.4607418849411984,
      p_value: 4.445372002569232e-11,
      ci: { low: 2.586123299834864, high: 4.419478941061495 },
      test: "difference of Hájek means by Welch's t",
    });
    expect(found.warnings.join()).toContain('sampled');
    // As much as 4.3 and 5.2 of equal weight.
    const few = await metricOf('hits', kept(FIRST, first, none), kept(SECOND, second, none), options);
    expect(few).toMatchObject({ p_value: null, ci: null, verdict: 'inconclusive' });
    expect(few.reasons.join()).toContain('as much as fewer than 20 values');
  });

  it('that are equal in one arm leave the error to the other, and of rates are not taken for certain', async () => {
    const requests = (failing: number, trace: string) =>
      Array.from({ length: 400 }, (_, i) => ({
        ...ask(undefined, {}, { success: i % 100 >= failing, trace_id: `${trace}${i}` }),
        fields: { inclusion_probability: 0.5 },
      }));
    const worse = await metricOf('success_rate', requests(0, 'a'), requests(50, 'b'));
    expect(worse).toMatchObject({ estimate: -0.5, verdict: 'worse' });
    const alike = await metricOf('success_rate', requests(0, 'a'), requests(0, 'b'), {
      margin: { success_rate: 0.05 },
    });
    expect(alike).toMatchObject({ estimate: 0, verdict: 'equivalent' });
    expect(alike.ci!.low).toBeLessThan(-0.005);
    const narrow = await metricOf('success_rate', requests(0, 'a'), requests(0, 'b'), {
      margin: { success_rate: 0.005 },
    });
    expect(narrow.verdict).toBe('inconclusive');
    const values = (of: (i: number) => number) =>
      kept(
        Array.from({ length: 50 }, (_, i) => of(i)),
        () => 0.5,
        () => undefined,
      );
    const constant = await metricOf(
      'hits',
      values(() => 7),
      values((i) => 8 + (i % 3)),
      options,
    );
    expect(constant).toMatchObject({ verdict: 'better' });
    expect(constant.standard_error).toBeGreaterThan(0);
  });

  it('of samples with unlike many repeats are averaged by sample first, as unsampled ones are', async () => {
    const arm = (repeats: (i: number) => number) =>
      Array.from({ length: 200 }, (_, i) =>
        Array.from({ length: repeats(i) }, (_, r) => ({
          ...ask(i, { hits: 100 + i + 0.1 * ((i * 7 + r) % 3) }, { trace_id: `${i}-${r}-${repeats(i)}` }),
          fields: { inclusion_probability: repeats(199) === 1 ? 0.8 : 0.9 },
        })),
      ).flat();
    const found = await metricOf(
      'hits',
      arm(() => 1),
      arm((i) => (i >= 160 ? 6 : 1)),
      options,
    );
    expect(Math.abs(found.estimate!)).toBeLessThan(0.5);
    expect(found).toMatchObject({ n: { baseline: 200, treatment: 200 }, verdict: 'inconclusive' });
  });

  it('without samples that one arm never had: more are lacking than sampling leaves out, so they are missing', async () => {
    const arm = (of: number, trace: string) =>
      Array.from({ length: of }, (_, i) => i)
        .filter((i) => permanentRandom(`${trace}${i}`) < 0.9)
        .map((i) => ({
          ...ask(i, { hits: i + 5 * permanentRandom(`v${trace}${i}`) }, { trace_id: `${trace}${i}` }),
          fields: { inclusion_probability: 0.9 },
        }));
    const better = { metrics: [{ ...options.metrics[0]!, better: 'lower' as const }] };
    const lost = await metricOf('hits', arm(1000, 'a'), arm(800, 'b'), better);
    expect(lost.p_value).toBeLessThan(1e-6);
    expect(lost.verdict).toBe('inconclusive');
    expect(lost.missing.treatment.absent).toBeGreaterThan(150);
    const whole = await metricOf('hits', arm(1000, 'a'), arm(1000, 'b'), better);
    expect(whole.missing).toEqual({ baseline: {}, treatment: {} });
  });

  it('of failures that were kept more rarely are missing with their weight', async () => {
    const arm = (trace: string, factor: number) =>
      Array.from({ length: 2000 }, (_, i) => ({ i, fails: i % 20 === 0 }))
        .filter(({ i, fails }) => !fails || permanentRandom(`${trace}${i}`) < 0.05)
        .map(({ i, fails }) => ({
          ...ask(
            i,
            { duration: factor * 50 * Math.exp(permanentRandom(`l${trace}${i}`)) },
            { success: !fails, trace_id: `${trace}${i}` },
          ),
          fields: { inclusion_probability: fails ? 0.05 : 1 },
        }));
    const found = await metricOf('latency_ms', arm('a', 1), arm('b', 0.95));
    expect(found.p_value).toBeLessThan(0.01);
    // A twentieth of the failures stands for all of them, a hundred in each arm.
    expect(found).toMatchObject({ verdict: 'inconclusive', sensitivity: { could_flip: true } });
    const { low, high } = found.sensitivity!;
    expect(high! / low!).toBeGreaterThan(1.05);
  });

  it('with one probability are weighted as if there were none', async () => {
    const none = () => undefined;
    const weighted = await metricOf(
      'hits',
      kept(FIRST, () => 0.2, none),
      kept(SECOND, () => 0.2, none),
      options,
    );
    const plain = await metricOf(
      'hits',
      kept(FIRST, () => 1, none),
      kept(SECOND, () => 1, none),
      options,
    );
    expect(plain.test).toBe('Welch two-sample t-test');
    expectClose(weighted, {
      estimate: plain.estimate,
      p_value: plain.p_value,
      ci: { low: plain.ci!.low, high: plain.ci!.high },
    });
  });

  it('that were kept or left with their pair stay pairs', async () => {
    const found = await metricOf(
      'hits',
      kept(
        FIRST,
        () => 0.2,
        (i) => i,
      ),
      kept(
        SECOND,
        () => 0.2,
        (i) => i,
      ),
      options,
    );
    expect(found).toMatchObject({ design: 'paired', test: 'Paired t-test', n: { pairs: 6 } });
  });

  it('that were torn from their pair are groups of rows, clustered by sample', async () => {
    const found = await metricOf(
      'hits',
      kept(
        FIRST,
        () => 0.2,
        (i) => i,
      ),
      kept(
        SECOND,
        () => 0.2,
        (i) => i + 2,
      ),
      options,
    );
    expect(found).toMatchObject({ design: 'unpaired', cluster_by: 'sample_id' });
    expect(found.warnings.join()).toContain('sampled');
  });

  it('do not hide that the treatment lost its hardest samples, whoever sampled: they are missing in their pairs', async () => {
    const level = (i: number) => 10 + i + (i % 3);
    const all = Array.from({ length: 100 }, (_, i) => level(99 - i) + 3 * Math.sin(i));
    const both = [
      kept(
        all,
        () => 0.5,
        (i) => i,
      ),
      kept(
        all.slice(0, 80).map((value, i) => value + 1 + Math.cos(i)),
        () => 0.5,
        (i) => i,
      ),
    ] as const;
    const found = await metricOf('hits', ...both, options);
    expect(found.p_value).toBeLessThan(0.05);
    expect(found).toMatchObject({
      design: 'paired',
      verdict: 'inconclusive',
      missing: { treatment: { absent: 20 } },
      sensitivity: { could_flip: true },
    });
  });

  it('with unequal probabilities are no fair sample of pairs, though all pairs are complete', async () => {
    // Of 1000 samples the treatment is better on none, and worse by 10 on 500, whose pairs are kept for sure.
    const hits = (i: number) => 10 + Math.sin(i);
    const hard = (i: number) => i < 500;
    const chance = (i: number) => (hard(i) ? 1 : 0.1);
    const ids = Array.from({ length: 1000 }, (_, i) => i).filter((i) => hard(i) || i % 10 === 0);
    const arm = (shift: number) =>
      kept(
        ids.map((i) => hits(i) - (hard(i) ? shift : 0)),
        (at) => chance(ids[at]!),
        (at) => ids[at],
      );
    const found = await metricOf('hits', arm(0), arm(10), options);
    expect(found).toMatchObject({ design: 'unpaired', missing: { baseline: {}, treatment: {} } });
    expect(found.estimate).toBeCloseTo(-5, 1);
  });
});

describe('what sampling left out', () => {
  /** What an experiment with a rate keeps of these samples, whose trace decides where they have one. */
  const sampled = (samples: readonly number[], rate: number, arm: string, trace = false) =>
    samples
      .filter((i) => permanentRandom(trace ? `${arm}-${i}` : `s${i}`) < rate)
      .map((i) => ({
        ...ask(i, { hits: 10 + Math.sin(i * (arm === 'control' ? 1 : 1.1)) }),
        fields: { inclusion_probability: rate, ...(trace ? { trace_id: `${arm}-${i}` } : {}) },
      }));
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

  it('is nothing that is missing where the sample decides: pairs stay pairs, and what an arm lacks it has lost', async () => {
    const sampling = { rate: 0.3 };
    const lost = (i: number) => i % 10 === 7;
    const arms = [
      await experiment('control', sampled(upTo(1000), 0.3, 'control'), { sampling }),
      await experiment(
        'treatment',
        sampled(
          upTo(1000).filter((i) => !lost(i)),
          0.3,
          'treatment',
        ),
        { sampling },
      ),
    ];
    const found = only(await compareExperiments(arms, options), 'hits');
    const gone = upTo(1000).filter((i) => lost(i) && permanentRandom(`s${i}`) < 0.3).length;
    expect(gone).toBeGreaterThan(10);
    expect(found).toMatchObject({ design: 'paired', missing: { baseline: {}, treatment: { absent: gone } } });
  });

  it('is not missing where the trace decides, which tears pairs: neither in the counts nor at worst', async () => {
    const sampling = { rate: 0.3 };
    const arms = [
      await experiment('control', sampled(upTo(1000), 0.3, 'control', true), { sampling }),
      await experiment('treatment', sampled(upTo(1000), 0.3, 'treatment', true), { sampling }),
    ];
    const found = only(await compareExperiments(arms, options), 'hits');
    expect(found).toMatchObject({
      design: 'unpaired',
      cluster_by: 'sample_id',
      missing: { baseline: {}, treatment: {} },
      sensitivity: null,
    });
  });

  it('is told from what is lost by the least probability of the design', async () => {
    const design = (p: number) =>
      ({ method: 'stratified', by: 'success', probabilities: { true: p }, otherwise: 1 }) as const;
    const arm = (p: number, samples: readonly number[]) =>
      samples
        .map((i) => ({ i, success: i % 5 !== 0 }))
        .filter(({ i, success }) => permanentRandom(`s${i}`) < (success ? p : 1))
        .map(({ i, success }) => ({
          ...ask(i, { hits: 10 + Math.sin(i) }, { success }),
          fields: { inclusion_probability: success ? p : 1 },
        }));
    const lost = (i: number) => i % 10 === 7;
    const arms = [
      await experiment('control', arm(0.5, upTo(1000)), { sampling: design(0.5) }),
      await experiment(
        'treatment',
        arm(
          0.2,
          upTo(1000).filter((i) => !lost(i)),
        ),
        { sampling: design(0.2) },
      ),
    ];
    const found = only(await compareExperiments(arms, options), 'hits');
    const gone = upTo(1000).filter((i) => lost(i) && permanentRandom(`s${i}`) < 0.2).length;
    expect(gone).toBeGreaterThan(10);
    expect(found).toMatchObject({ design: 'unpaired', missing: { baseline: {}, treatment: { absent: gone } } });
    expect(found.sensitivity).toMatchObject({ missing: gone });
  });

  it('does not make requests of those whose beginning was kept without their end unfinished', async () => {
    const design = { method: 'stratified', by: 'success', probabilities: { true: 0.2 }, otherwise: 1 } as const;
    const arm = upTo(300).flatMap((i) => {
      const success = i % 6 !== 0;
      const p = success ? 0.2 : 1;
      const start = ask(i, {}, {}, 'req_llm.request.start');
      const stop = { ...ask(i, { hits: 10 + Math.sin(i) }, { success }), fields: { inclusion_probability: p } };
      return permanentRandom(`s${i}`) < p ? [start, stop] : [start];
    });
    const never = ask('never', {}, {}, 'req_llm.request.start');
    // Its random number is below 0.2.
    expect(permanentRandom('snever')).toBeLessThan(0.2);
    const arms = [
      await experiment('control', arm, { sampling: design }),
      await experiment('treatment', [...arm, never], { sampling: design }),
    ];
    const found = only(await compareExperiments(arms, options), 'hits');
    expect(found.missing).toEqual({ baseline: { absent: 1 }, treatment: { not_finished: 1 } });
  });

  it('makes no sample ratio of units that were not sampled at one rate', async () => {
    const sampling = { method: 'reservoir', size: 400 } as const;
    const arms = [
      await experiment('control', sampled(upTo(1000), 0.3, 'control'), { sampling }),
      await experiment('treatment', sampled(upTo(1000), 0.3, 'treatment'), { sampling }),
    ];
    const sampleRatio = { unit: 'sample_id', ratio: { control: 1, treatment: 1 } };
    const { sample_ratio } = await compareExperiments(arms, { ...options, sampleRatio });
    expect(sample_ratio).toMatchObject({ mismatch: null, p_value: null });
    expect(sample_ratio!.assumptions.join()).toContain('sampled at one rate');
  });
});

describe('errors of sampled values', () => {
  it.each([
    ['own', 40],
    ['the same', 20],
  ])('are clustered as those of all values would be, by users of their %s', async (whose, clusters) => {
    const rows = (arm: number, p: number) =>
      Array.from({ length: 240 }, (_, i) => {
        const user = Math.floor(i / 12);
        const hits = Math.sin(7 * user) + Math.cos(5 * user + arm) / 2 + i / 1000;
        const user_id = whose === 'own' ? `u${arm}-${user}` : `u${user}`;
        return { ...ask(`${arm}-${i}`, { hits }, { user_id }), fields: { inclusion_probability: p } };
      });
    const plain = await metricOf('hits', rows(0, 1), rows(1, 1), options);
    const equal = await metricOf('hits', rows(0, 0.2), rows(1, 0.2), options);
    expect(plain).toMatchObject({ cluster_by: 'user_id', n: { clusters } });
    expect(equal).toMatchObject({ cluster_by: 'user_id', n: { clusters } });
    expect(equal.estimate).toBeCloseTo(plain.estimate!, 12);
    // Of equal clusters with equal weights the linearised error is that of the means of clusters.
    expect(equal.standard_error).toBeCloseTo(plain.standard_error!, 10);
    const without = await metricOf('hits', rows(0, 0.2), rows(1, 0.2), { ...options, clusterBy: null });
    expect(without.cluster_by).toBe('sample_id');
    expect(without.standard_error).not.toBeCloseTo(equal.standard_error!, 3);
  });

  it('of rows without samples are clustered by replicate where both arms have several', async () => {
    const runs = ['control', 'treatment'].flatMap((condition) =>
      [0, 1, 2].map((seed) =>
        experiment(
          condition,
          kept(
            FIRST.map((value) => value + 5 * seed),
            (i) => (i % 2 === 0 ? 0.5 : 0.25),
            () => undefined,
          ),
          { id: `${condition}${seed}` },
        ),
      ),
    );
    const found = only(await compareExperiments(await Promise.all(runs), options), 'hits');
    expect(found).toMatchObject({ design: 'unpaired', cluster_by: 'replicate', n: { clusters: 6 } });
  });

  it('count failures by their weights: no warning of a difference that only sampling made', async () => {
    // A tenth fails in both arms; one keeps all failures and a fiftieth of the successes, the other all alike.
    const arm = (p: number, name: string) =>
      Array.from({ length: 4000 }, (_, i) => ({ i, success: i % 10 !== 0 }))
        .filter(({ i, success }) => !success || i % Math.round(1 / p) === 1)
        .map(({ i, success }) => ({
          ...ask(`${name}${i}`, { duration: 100 + (i % 17) }, { success }),
          fields: { inclusion_probability: success ? p : 1 },
        }));
    const found = await metricOf('latency_ms', arm(0.02, 'a'), arm(0.5, 'b'));
    expect(found.arms.baseline.failure_rate).toBeCloseTo(0.1, 1);
    expect(found.arms.treatment.failure_rate).toBeCloseTo(0.1, 1);
    expect(found.warnings.join()).not.toContain('how often requests fail');
  });

  it('are refused by the permutation test, with the reason', async () => {
    const runs = ['control', 'treatment'].flatMap((condition) =>
      [0, 1, 2].map((seed) =>
        experiment(
          condition,
          kept(
            condition === 'control' ? FIRST : SECOND,
            (i) => 1 / (1 + i + seed),
            () => undefined,
          ),
          {
            id: `${condition}${seed}`,
          },
        ),
      ),
    );
    const metrics = [{ ...options.metrics[0]!, kind: 'replicate' as const }];
    const { over_replicates, p_value } = only(await compareExperiments(await Promise.all(runs), { metrics }), 'hits');
    expect(p_value).not.toBeNull();
    expect(over_replicates!.permutation_p_value).toBeNull();
    expect(over_replicates!.reasons.join()).toContain('No permutation test: sampled values are weighted');
  });
});

describe('weightedDifference', () => {
  const stream = randomStream(7);
  const values = (n: number, shift: number) => Float64Array.from({ length: n }, () => stream.normal() + shift);
  const clusters = (n: number, count: number) => Int32Array.from({ length: n }, (_, i) => i % count);
  const half = (n: number) => new Float64Array(n).fill(0.5);

  it('of arms that share their clusters has no more degrees of freedom than clusters less one', () => {
    const [first, second] = [values(60, 0), values(60, 1)];
    const inclusion = { first: half(60), second: half(60) };
    const shared = { first, second, inclusion, firstClusters: clusters(60, 6), secondClusters: clusters(60, 6) };
    expect(weightedDifference(shared, 0.95, false)).toMatchObject({ n_clusters: 6, df: 5 });
    const apart = { ...shared, secondClusters: clusters(60, 6).map((id) => id + 6) };
    const { n_clusters, df } = weightedDifference(apart, 0.95, false);
    expect(n_clusters).toBe(12);
    expect(df).toBeGreaterThan(5);
    expect(df).toBeLessThanOrEqual(10);
  });

  it('counts clusters of unequal weights as fewer', () => {
    const chances = Float64Array.from({ length: 600 }, (_, i) => (i % 4 === 0 ? 0.25 : 1));
    const told = weightedMean(values(600, 0), chances).n_effective! / 600;
    expect(told).toBeCloseTo(1.75 ** 2 / 4.75, 12);
    const [first, second] = [values(600, 0), values(600, 1)];
    const ids = clusters(600, 50);
    const found = weightedDifference(
      { first, second, inclusion: { first: chances, second: chances }, firstClusters: ids, secondClusters: ids },
      0.95,
      false,
    );
    expect(found.df).toBeLessThanOrEqual(50 * told - 1);
  });
});
