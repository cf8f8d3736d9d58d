import { describe, expect, test } from 'vitest';
import type { ExperimentMetrics, WeightedNumber } from '../../src/analysis/experiment-metrics.ts';
import { seededRandom } from '../../src/core/random.ts';
import type { SamplingOptions } from '../../src/experiment/sampling/sampling-options.ts';
import type { Experiment } from '../../src/lab/experiment.ts';
import { describe as summary } from '../../src/stats/describe.ts';
import { quantile } from '../../src/stats/quantile.ts';
import { randomStream } from '../../src/stats/random.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { bench } from '../lab/bench.ts';

interface Request {
  readonly duration: number;
  readonly cost_usd: number;
  readonly success: boolean;
  readonly score: number;
}

/** Skewed latencies and costs; requests that fail are fast and dear. */
function population(seed: string, n: number, { failing = 0.06, slower = 1 } = {}): Request[] {
  const stream = randomStream(seed);
  return Array.from({ length: n }, () => {
    const success = stream.uniform() >= failing;
    const duration = slower * stream.lognormal(success ? 5 : 2, 0.7);
    return {
      duration,
      cost_usd: stream.lognormal(success ? -6 : -4, 1),
      success,
      score: success ? 1 : stream.uniform(),
    };
  });
}

interface Truth {
  readonly requests: number;
  readonly success_rate: number;
  readonly latency_mean_ms: number;
  readonly latency_p95_ms: number;
  readonly cost_total_usd: number;
}

function truthOf(requests: readonly Request[]): Truth {
  const times = requests.filter(({ success }) => success).map(({ duration }) => duration);
  return {
    requests: requests.length,
    success_rate: times.length / requests.length,
    latency_mean_ms: summary(times).mean!,
    latency_p95_ms: quantile(times, 0.95)!,
    cost_total_usd: summary(requests.map(({ cost_usd }) => cost_usd)).sum,
  };
}

const DESIGNS: Readonly<Record<string, SamplingOptions>> = {
  uniform: { rate: 0.1 },
  stratified: { method: 'stratified', by: 'success', probabilities: { false: 1, true: 0.15 } },
  importance: { method: 'importance', by: 'cost_usd', certainFrom: 0.02, floor: 0.1 },
  adaptive: { method: 'adaptive', target: 15, period: { seconds: 1 } },
  reservoir: { method: 'reservoir', size: 400 },
};

/** Lets an experiment collect the requests over twenty seconds, each with a sample of its own. */
async function collect(
  { lab, clock }: ReturnType<typeof bench>,
  requests: readonly Request[],
  options: { readonly sampling?: SamplingOptions; readonly condition?: string },
  ids: string,
): Promise<Experiment> {
  const experiment = await lab.startExperiment({ name: 'sampled', ...options });
  requests.forEach(({ duration, cost_usd, success, score }, i) => {
    experiment.execute('req_llm.request.stop', { duration, cost_usd }, { success, sample_id: `${ids}-${i}` });
    experiment.score('exact', score, { sample_id: `${ids}-${i}` });
    clock.advance(Math.floor(20e6 / requests.length));
  });
  await experiment.stop();
  return experiment;
}

async function sampled(
  requests: readonly Request[],
  sampling: SamplingOptions,
  run: number,
): Promise<ExperimentMetrics> {
  const made = bench({ random: seededRandom(`run ${run}`) });
  const experiment = await collect(made, requests, { sampling }, `run${run}`);
  const metrics = await experiment.metrics();
  expect(metrics.reliability.total_requests).toBeLessThan(requests.length / 2);
  return metrics;
}

const covers = ({ ci }: WeightedNumber, truth: number) => ci !== null && ci.low! <= truth && truth <= ci.high!;

describe.each(Object.entries(DESIGNS))('a %s sample', (method, sampling) => {
  const RUNS = 50;

  test('estimates without bias what all events show, with intervals that hold', async () => {
    const requests = population('all', 1500);
    const truth = truthOf(requests);
    const names = Object.keys(truth) as (keyof Truth)[];
    const estimates: Record<string, number[]> = {};
    const held: Record<string, number> = {};
    for (let run = 0; run < RUNS; run++) {
      const { weighted, reliability, latency, cost } = await sampled(requests, sampling, run);
      for (const name of names) {
        estimates[name] = [...(estimates[name] ?? []), weighted![name].estimate!];
        held[name] = (held[name] ?? 0) + Number(covers(weighted![name], truth[name]));
      }
      // The headline is the estimate.
      expect(reliability.success_rate).toBeCloseTo(weighted!.success_rate.estimate!, 12);
      expect(reliability.success_rate_ci!.low).toBeCloseTo(weighted!.success_rate.ci!.low!, 12);
      expect(latency.mean).toBeCloseTo(weighted!.latency_mean_ms.estimate!, 9);
      expect(latency.p95).toBeCloseTo(weighted!.latency_p95_ms.estimate!, 9);
      expect(cost.total).toBeCloseTo(weighted!.cost_total_usd.estimate!, 9);
    }
    for (const name of names) {
      const { mean, std_dev } = summary(estimates[name]!);
      const off = Math.abs(mean! - truth[name]);
      // A mean of 50 estimates lies within four of its errors; a weighted quantile and a ratio have a little bias.
      expect(off, `${method} ${name}: ${mean} of ${truth[name]}`).toBeLessThan(
        (4 * std_dev!) / Math.sqrt(RUNS) + 0.01 * truth[name],
      );
      // 95 % intervals of skewed values: of 50, fewer than 42 hold by chance once in hundreds.
      expect(held[name]!, `${method} ${name}`).toBeGreaterThanOrEqual(41);
    }
  }, 120_000);
});

test('failures that were all kept do not make the success rate: it, its scores, its windows and each event are weighted', async () => {
  const requests = population('rare', 4000, { failing: 0.02 });
  const { success_rate } = truthOf(requests);
  const made = bench();
  const sampling = {
    method: 'stratified',
    by: 'success',
    probabilities: { false: 1, true: 0.01 },
    otherwise: 0.05,
  } as const;
  const experiment = await collect(made, requests, { sampling }, 'rare');
  const { reliability, by_event, weighted, scores, latency } = await experiment.metrics();
  expect(reliability.successful / reliability.total_requests).toBeLessThan(0.5);
  expect(reliability.success_rate).toBeGreaterThan(0.96);
  expect(Math.abs(reliability.success_rate! - success_rate)).toBeLessThan(0.015);
  expect(latency.failure_rate).toBeCloseTo(1 - reliability.success_rate!, 12);
  expect(by_event['req_llm.request.stop']!.reliability).toEqual(reliability);
  expect(weighted!.requests.ci!.low).toBeLessThan(4000);
  expect(weighted!.requests.ci!.high).toBeGreaterThan(4000);
  expect(scores.exact!.mean).toBeGreaterThan(0.96);
  const windowed = await experiment.windowedMetrics({ size: { minutes: 10 } });
  expect(windowed.weighted).toBe(true);
  const successes = windowed.windows.reduce((sum, { successes: own }) => sum + own, 0);
  expect(successes).toBe(reliability.successful);
  expect(windowed.windows[0]!.success_rate).toBeCloseTo(reliability.success_rate!, 12);
  expect(windowed.windows[0]!.latency.p95).toBeCloseTo(latency.p95!, 12);
});

test('windows of sampled records, overlapping too, say what metrics() says of their times', async () => {
  const made = bench();
  const experiment = await collect(made, population('windows', 1500), { sampling: DESIGNS.stratified! }, 'w');
  const { windows } = await experiment.windowedMetrics({ size: { seconds: 10 }, step: { milliseconds: 500 } });
  expect(windows.length).toBeGreaterThan(40);
  for (const { start, end, count, latency, success_rate, cost_usd, successes } of windows) {
    const own = await experiment.metrics({ from: start, to: end - 1 });
    expect([count, successes]).toEqual([own.summary.total_events, own.reliability.successful]);
    for (const [found, wanted] of [
      [success_rate, own.reliability.success_rate],
      [cost_usd, own.cost.total],
      [latency.mean, own.latency.mean],
      [latency.p50, own.latency.p50],
      [latency.p99, own.latency.p99],
    ] as const)
      expect(Math.abs(found! / wanted! - 1)).toBeLessThan(1e-12);
  }
});

test('streaming metrics of a sampled experiment that is resumed begin anew: what was kept is not what there was', async () => {
  for (const sampling of [{ rate: 0.5 }, undefined]) {
    const store = memoryStore();
    const first = bench({ store });
    const requests = population('streamed', 100);
    const { id } = await first.lab.startExperiment({ name: 'a', ...(sampling ? { sampling } : {}) });
    const experiment = await first.lab.getExperiment(id);
    for (const { duration } of requests) experiment.execute('req_llm.request.stop', { duration });
    await first.lab.close();
    const resumed = await bench({ store }).lab.resumeExperiment(id);
    expect(resumed.streamingMetrics().total_events).toBe(sampling ? 0 : 100);
  }
});

test('importance sampling by cost knows the total cost far better than as many events of a uniform sample', async () => {
  const requests = population('costs', 1500);
  const by = await sampled(requests, { method: 'importance', by: 'cost_usd', certainFrom: 0.03 }, 1);
  const rate = by.reliability.total_requests / 1500;
  const uniform = await sampled(requests, { rate }, 1);
  expect(by.weighted!.cost_total_usd.standard_error!).toBeLessThan(
    uniform.weighted!.cost_total_usd.standard_error! / 3,
  );
});

test('a reservoir of requests alone knows how many there were', async () => {
  const { lab } = bench();
  const experiment = await lab.startExperiment({ name: 'a', sampling: { method: 'reservoir', size: 50 } });
  for (const { duration, success } of population('n', 700))
    experiment.execute('req_llm.request.stop', { duration }, { success });
  await experiment.stop();
  const { weighted } = await experiment.metrics();
  expect(weighted!.requests.estimate).toBeCloseTo(700, 9);
  expect(weighted!.requests.standard_error).toBeCloseTo(0, 5);
});

describe('compare', () => {
  const designs = Object.entries(DESIGNS).filter(([method]) => method !== 'uniform');

  const cases = designs.flatMap(([method, sampling]) =>
    (['samples of its own', 'the same samples'] as const).map((which) => [method, which, sampling] as const),
  );

  test.each(cases)(
    'finds in a %s sample of each arm, with %s, what all events show',
    async (_, which, sampling) => {
      const RUNS = 20;
      const arms = {
        control: population('control', 1200, { failing: 0.05 }),
        treatment: population('treatment', 1200, { failing: 0.15, slower: 1.4 }),
      };
      const differences = [];
      for (let run = -1; run < RUNS; run++) {
        const made = bench({ random: seededRandom(`run ${run}`) });
        const ids: string[] = [];
        for (const [condition, requests] of Object.entries(arms)) {
          const options = { condition, ...(run < 0 ? {} : { sampling }) };
          ids.push(
            (await collect(made, requests, options, which === 'the same samples' ? `${run}` : `${condition} ${run}`))
              .id,
          );
        }
        const { comparisons } = await made.lab.compare(ids, { baseline: 'control' });
        const { success_rate, latency_ms } = comparisons[0]!.metrics;
        differences.push({ rate: success_rate!, latency: latency_ms! });
      }
      const [whole, ...runs] = differences as [(typeof differences)[0], ...typeof differences];
      for (const metric of ['rate', 'latency'] as const) {
        const truth = whole[metric].estimate!;
        const holding = runs.filter(({ [metric]: { ci } }) => ci!.low! <= truth && truth <= ci!.high!);
        expect(holding.length, metric).toBeGreaterThanOrEqual(16);
        const { mean, std_dev } = summary(runs.map((run) => run[metric].estimate!));
        expect(Math.abs(mean! - truth), metric).toBeLessThan((4 * std_dev!) / Math.sqrt(RUNS) + 0.02 * Math.abs(truth));
        for (const { [metric]: found } of runs) expect(found.warnings.join()).toContain('sampled');
      }
    },
    120_000,
  );
});

describe('a treatment that hangs on its hardest requests', () => {
  const DESIGNS: readonly (SamplingOptions | undefined)[] = [
    undefined,
    { rate: 0.3 },
    { method: 'stratified', by: 'success', probabilities: { true: 0.9 } },
    { method: 'reservoir', size: 1600 },
  ];
  // Which traces are kept is decided by their ids: of new ones, a hundredth of all draws looks as if something were missing.
  test.each(DESIGNS)(
    'is no faster with sampling %o, and one that does not hang has nothing missing',
    async (sampling) => {
      const verdictOf = async (hangs: boolean) => {
        const { lab, bus } = bench();
        for (const condition of ['control', 'treatment']) {
          const experiment = await lab.startExperiment({
            name: condition,
            study: 's',
            condition,
            ...(sampling && { sampling }),
          });
          const faster = condition === 'treatment' ? 0.9 : 1;
          for (let i = 0; i < 1000; i++) {
            const hardness = ((i * 7919) % 1000) / 500;
            const run = () =>
              bus.span('req_llm.request', { trace_id: `${condition} ${i}` }, async (span) => {
                if (hangs && condition === 'treatment' && hardness > 1.66) await new Promise(() => undefined);
                span.measure({ latency_ms: faster * 100 * Math.exp(hardness + 0.05 * Math.sin(i * (1 + faster))) });
              });
            void experiment.run(run, { sample_id: `q${i}` });
          }
          await new Promise((resolve) => setTimeout(resolve, 20));
          await experiment.stop();
        }
        return (await lab.compare({ study: 's' })).comparisons[0]!.metrics.latency_ms!;
      };
      const hung = await verdictOf(true);
      expect(hung).toMatchObject({ verdict: 'inconclusive', sensitivity: { high: null } });
      expect(hung.missing.baseline).toEqual({});
      expect(hung.missing.treatment.not_finished).toBeGreaterThan(20);
      const whole = await verdictOf(false);
      expect(whole.missing).toEqual({ baseline: {}, treatment: {} });
    },
  );
});
