import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import type { Emitted } from '../recorded.ts';
import { ask, experiment } from './arms.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/comparison.json');

/** A small study with a bit of everything: repeats, failures, an unfinished request, scores, users, a loss for each replicate. */
function events(arm: number): Emitted[] {
  return Array.from({ length: 12 }, (_, i) => {
    const duration = 100 + 17 * ((i * 7) % 12) - arm * (15 + 4 * (i % 5));
    const user_id = `u${i % 4}`;
    const failed = i === 4 + arm;
    return [
      ask(i, { duration, cost_usd: (10 + i + 3 * arm * (i % 2)) / 1000 }, { user_id, success: !failed }),
      ...(i === 2 ? [ask(i, { duration: duration + 9 }, { user_id })] : []),
      ...(failed ? [] : [ask(i, { score: ((i + arm) % 4) / 4 }, { name: 'quality', user_id }, 'eval.score.recorded')]),
    ];
  }).flat();
}

it('a whole comparison is what it was', async () => {
  const trained = (loss: number): Emitted => ({ name: 'crucible_train.epoch.stop', at: 9, m: { loss } });
  const unfinished: Emitted = { ...ask(12, {}, { user_id: 'u0' }), name: 'req_llm.request.start' };
  const result = await compareExperiments(
    [
      await experiment('control', [...events(0), ask(12, { duration: 90 }, { user_id: 'u0' }), trained(0.5)], {
        id: 'c1',
        replicate: '1',
      }),
      await experiment('control', [trained(0.6)], { id: 'c2', replicate: '2' }),
      await experiment('treatment', [...events(1), unfinished, trained(0.42)], { id: 't1', replicate: '1' }),
      await experiment('treatment', [trained(0.49)], { id: 't2', replicate: '2' }),
    ],
    { margin: { latency_ms: 0.2, success_rate: 0.1 }, seed: 4, resamples: 999 },
  );
  const text = `${JSON.stringify(round(result), null, 2)}\n`;
  expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
});

// The last digits of logarithms are the platform's.
function round(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(10));
  if (Array.isArray(value)) return value.map(round);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, round(own)]));
}
