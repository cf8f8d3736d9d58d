import { describe, expect, it } from 'vitest';
import type { CompareOptions } from '../../../src/analysis/comparison/compare-options.ts';
import { betaQuantile } from '../../../src/stats/distributions/beta.ts';
import { type RandomStream, randomStream } from '../../../src/stats/random.ts';
import type { Emitted } from '../recorded.ts';
import { ask, compared } from './arms.ts';

const ROUNDS = 100;
const SAMPLES = 60;
const METRICS = 10;
const ALPHA = 0.05;

/** Null data: both arms draw from one distribution, with ties, users who are unlike each other and ten metrics. */
function draw(stream: RandomStream, hardness: readonly number[], users: readonly number[], samples: number): Emitted[] {
  return Array.from({ length: samples }, (_, i) => {
    const level = hardness[i]! + users[i % users.length]!;
    const scores = Object.fromEntries(
      Array.from({ length: METRICS - 2 }, (_, k) => [`m${k}`, Math.round(level + stream.normal(0, 1 + k / 4))]),
    );
    return ask(
      i,
      { duration: Math.exp(4 + 0.3 * level + stream.normal(0, 0.4)), ...scores },
      { success: stream.uniform() < 0.9 - 0.15 * Math.max(level, 0), user_id: `u${i % users.length}` },
    );
  });
}

const NAMES = ['latency_ms', 'success_rate', ...Array.from({ length: METRICS - 2 }, (_, k) => `measurements.m${k}`)];
const metrics: CompareOptions['metrics'] = NAMES.map((name) =>
  name.includes('.') ? { name, better: 'higher' } : name,
);

async function falseFindings(lost: number): Promise<number> {
  const seed = randomStream(`null data, ${lost} lost`);
  let found = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const stream = seed.split(round);
    const shared = stream.split('shared');
    // The hardest come last, and those are what the treatment loses.
    const hardness = Array.from({ length: SAMPLES }, () => shared.normal()).sort((a, b) => a - b);
    const users = Array.from({ length: 12 }, () => shared.normal(0, 0.7));
    const result = await compared(
      draw(stream.split('control'), hardness, users, SAMPLES),
      draw(stream.split('treatment'), hardness, users, SAMPLES - lost),
      { metrics },
    );
    const verdicts = Object.values(result.comparisons[0]!.metrics).map(({ verdict }) => verdict);
    if (verdicts.some((verdict) => verdict === 'better' || verdict === 'worse')) found++;
  }
  return found;
}

/** Clopper and Pearson's 99 % lower bound: how rare false findings are at least. */
const least = (found: number) => (found === 0 ? 0 : betaQuantile(0.01, found, ROUNDS - found + 1));

describe('on data without a difference, a verdict over ten metrics', () => {
  it('is wrong no more often than alpha, with ties and clusters', async () => {
    expect(least(await falseFindings(0))).toBeLessThanOrEqual(ALPHA);
  });

  it('is wrong no more often than alpha where the treatment lost its hardest fifth', async () => {
    expect(least(await falseFindings(SAMPLES / 5))).toBeLessThanOrEqual(ALPHA);
  });
});
