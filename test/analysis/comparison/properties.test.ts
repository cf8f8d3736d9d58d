import { expect, it } from 'vitest';
import type { ComparedExperiment } from '../../../src/analysis/comparison/arms.ts';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import type { CompareOptions } from '../../../src/analysis/comparison/compare-options.ts';
import type { MetricComparison, Verdict } from '../../../src/analysis/comparison/comparison-result.ts';
import { type RandomStream, randomStream } from '../../../src/stats/random.ts';
import { numbersNotFinite } from '../close.ts';
import type { Emitted } from '../recorded.ts';
import { ask, experiment } from './arms.ts';

const STUDIES = 150;
const MIRRORED: Readonly<Record<Verdict, Verdict>> = {
  better: 'worse',
  worse: 'better',
  equivalent: 'equivalent',
  inconclusive: 'inconclusive',
};
const VALUES: readonly ((stream: RandomStream, arm: number) => number)[] = [
  (stream) => stream.lognormal(4, 0.4),
  (stream, arm) => stream.lognormal(4 + arm / 3, 0.4),
  () => 7,
  (stream) => 1e300 * (1 + stream.uniform()),
  (stream) => 1e-300 * (1 + stream.uniform()),
  (stream) => pick(stream, [0, -1, -0, 5e-324, 1e308, -1e308, Number.NaN, Infinity, -Infinity, 3, 4]),
];

function pick<T>(stream: RandomStream, choices: readonly T[]): T {
  return choices[stream.below(choices.length)]!;
}

/** Two arms with samples or without, in clusters or not, finished or not, of usual and of impossible values, some lost and some failed. */
async function study(stream: RandomStream): Promise<{ arms: ComparedExperiment[]; options: CompareOptions }> {
  const size = pick(stream, [1, 2, 3, 10, 40, 110]);
  const [value, users, failing, losing] = [
    pick(stream, VALUES),
    pick(stream, [0, 0, 1, 2, 5, 40]),
    pick(stream, [0, 0.05, 0.5, 1]),
    pick(stream, [0, 0, 0.05, 0.3]),
  ];
  const [hasSamples, replicates] = [stream.uniform() < 0.7, pick(stream, [1, 1, 2, 3])];
  const arms: ComparedExperiment[] = [];
  for (let arm = 0; arm < 2; arm++) {
    for (let replicate = 0; replicate < replicates; replicate++) {
      const events = Array.from({ length: size }, (_, i): Emitted[] => {
        const sample = hasSamples ? i : undefined;
        const d = users > 0 ? { user_id: `u${i % users}` } : {};
        if (arm === 1 && stream.uniform() < losing) {
          return [{ ...ask(sample, {}, d), name: 'req_llm.request.start', at: 0 }];
        }
        const [duration, success] = [value(stream, arm), stream.uniform() >= failing];
        const score = ask(sample, { score: pick(stream, [0, 0.5, 1]) }, { name: 'q', ...d }, 'eval.score.recorded');
        return [ask(sample, { duration, cost_usd: Math.abs(duration) / 1e3 }, { ...d, success }), score];
      }).flat();
      events.push({ name: 'crucible_train.epoch.stop', at: 9, m: { loss: value(stream, arm) } });
      arms.push(
        await experiment(`${arm}`, events, {
          id: `${arm}-${replicate}`,
          replicate: `${replicate}`,
          status: pick(stream, ['stopped', 'stopped', 'running']),
        }),
      );
    }
  }
  const margin = pick(stream, [undefined, { latency_ms: 0.2, success_rate: 0.1 }, { cost_usd: 0.01 }]);
  const correction = pick(stream, ['holm', 'none', 'bh', 'hommel'] as const);
  return { arms, options: { correction, resamples: 199, seed: 2, ...(margin && { margin }) } };
}

it('no result has a number that is none, and each is the mirror of the other way round', async () => {
  let seen = 0;
  for (let i = 0; i < STUDIES; i++) {
    const { arms, options } = await study(randomStream(i));
    const compare = async (baseline: string) => {
      const result = await compareExperiments(arms, { ...options, baseline });
      expect(numbersNotFinite(result), `study ${i}`).toEqual([]);
      return result.comparisons[0]!.metrics;
    };
    const [one, other] = [await compare('0'), await compare('1')];
    for (const [name, metric] of Object.entries(one)) {
      const where = `study ${i}, ${name}`;
      checkAlone(metric, where);
      // Bootstraps are drawn for each direction by itself.
      if (!/bootstrap/i.test(metric.test)) expect(other[name]!.verdict, where).toBe(MIRRORED[metric.verdict]);
      seen++;
    }
  }
  expect(seen).toBeGreaterThan(2 * STUDIES);
});

function checkAlone(metric: MetricComparison, where: string): void {
  const { p_value, adjusted_p_value, anytime_p_value, equivalence_p_value, not_worse_p_value } = metric;
  for (const p of [p_value, adjusted_p_value, anytime_p_value, equivalence_p_value, not_worse_p_value]) {
    if (p !== null) expect(p > 0 && p <= 1, `${where}: p ${p}`).toBe(true);
  }
  const { estimate, ci, sensitivity, reasons } = metric;
  if (estimate === null || p_value === null) expect(reasons, where).not.toEqual([]);
  if (estimate === null) return;
  const room = 1e-9 * Math.abs(estimate);
  for (const range of [ci, sensitivity]) {
    if (range?.low != null) expect(range.low, where).toBeLessThanOrEqual(estimate + room);
    if (range?.high != null) expect(range.high, where).toBeGreaterThanOrEqual(estimate - room);
  }
}
