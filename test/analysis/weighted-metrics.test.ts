import { describe, expect, it } from 'vitest';
import { computeMetrics } from '../../src/analysis/metrics.ts';
import type { ExperimentState } from '../../src/stores/experiment-state.ts';
import { expectClose } from './close.ts';
import { recorded, request } from './recorded.ts';

const sampled = (latency: number, inclusion_probability: number, sample_id: string, success = true) => ({
  ...request(1, latency, { m: { cost_usd: latency / 100 }, d: { success, sample_id } }),
  fields: { inclusion_probability },
});

it('a sampled experiment is weighted: what all events would show, with errors over what was kept together', async () => {
  const events = [
    sampled(10, 0.5, 'a'),
    sampled(20, 0.5, 'b'),
    sampled(40, 0.25, 'c', false),
    sampled(30, 1, 'd'),
    sampled(6, 0.5, 'b'),
  ];
  const { weighted } = await computeMetrics(await recorded(events, { sampling: { rate: 0.5 } }).then(input));
  // 2 + 2 + 4 + 1 + 2 requests; the sample b was kept as one.
  expectClose(weighted, {
    requests: { estimate: 11, n: 5 },
    latency_mean_ms: { estimate: (20 + 40 + 30 + 12) / 7, n: 4 },
    success_rate: { estimate: 7 / 11 },
    cost_mean_usd: { estimate: (20 + 40 + 160 + 30 + 12) / 1100 },
    cost_total_usd: { estimate: 2.62 },
  });
  // Σ (1 − π) / π² y² over a, b, c: 2 · 0.1² + 2 · 0.26² + 12 · 0.4².
  expect(weighted!.cost_total_usd.standard_error).toBeCloseTo(Math.sqrt(0.02 + 2 * 0.26 ** 2 + 12 * 0.4 ** 2), 12);
  // Residuals 2 (10 − m), 2 (20 − m) + 2 (6 − m) and 30 − m of three samples, over 7.
  const mean = 102 / 7;
  const residuals = [2 * (10 - mean), 2 * (20 - mean) + 2 * (6 - mean), 30 - mean].map((own) => (own / 7) ** 2);
  const squares = residuals.reduce((sum, own) => sum + own, 0);
  expect(weighted!.latency_mean_ms.standard_error).toBeCloseTo(Math.sqrt((squares * 3) / 2), 12);
});

it('records that were sampled before they were ingested are weighted, whatever the probabilities of one sample', async () => {
  const events = [sampled(10, 1, 'a'), sampled(20, 0.5, 'b'), sampled(40, 0.25, 'b', false), sampled(30, 1, 'c')];
  const { weighted } = await computeMetrics(await recorded(events).then(input));
  // 1 + 2 + 4 + 1 requests.
  expectClose(weighted, {
    requests: { estimate: 8, n: 4 },
    latency_mean_ms: { estimate: (10 + 40 + 30) / 4, n: 3 },
    success_rate: { estimate: 0.5 },
    cost_total_usd: { estimate: (10 + 40 + 160 + 30) / 100 },
  });
});

it('a whole experiment has no weights', async () => {
  expect((await computeMetrics(await recorded([request(1, 5)]).then(input))).weighted).toBeNull();
});

function input({ state, batches }: Awaited<ReturnType<typeof recorded>>) {
  return { states: [state], batches };
}

describe('where redaction hides what was kept together', () => {
  const traced = async (redact: readonly string[], options: Partial<ExperimentState> = {}) => {
    const state = { sampling: { rate: 0.5 }, redact, ...options };
    const hidden = (name: string) => redact.some((path) => path === 'metadata' || path.endsWith(name));
    const events = Array.from({ length: 60 }, (_, i) => ({
      ...request(i, 10 + (i % 7), { m: { cost_usd: 0.1 }, d: { success: i % 9 > 0 } }),
      fields: {
        inclusion_probability: 0.5,
        ...(hidden('trace_id') ? {} : { trace_id: `t${i % 6}` }),
        ...(hidden('span_id') ? {} : { span_id: `s${i}` }),
      },
    }));
    return computeMetrics(await recorded(events, state).then(input));
  };

  it.each([[['trace_id']], [['metadata.trace_id']], [['metadata']]])(
    'there are estimates without errors, and a reason: %j',
    async (redact) => {
      const { weighted, reliability, by_event } = await traced(redact);
      const { reason, ...numbers } = weighted!;
      expect(reason).toMatch(/^What was kept together is redacted/);
      expect(numbers.requests.estimate).toBe(120);
      for (const [name, number] of Object.entries(numbers)) {
        expect(number, name).toMatchObject({ estimate: expect.any(Number), standard_error: null, ci: null });
      }
      for (const own of [reliability, by_event['req_llm.request.stop']!.reliability]) {
        expect(own.success_rate).toBeCloseTo(53 / 60, 12);
        expect(own).toMatchObject({ success_rate_ci: null, sla_99_supported: 'unknown' });
      }
    },
  );

  it('there are errors as ever if what decides is told, or if each was drawn by itself', async () => {
    const told = await traced(['span_id', 'user_id']);
    const drawn = await traced(['trace_id'], { sampling: { method: 'reservoir', size: 60 } });
    for (const { weighted } of [told, drawn]) {
      expect(weighted).toMatchObject({ reason: null, requests: { ci: { level: 0.95 } } });
      expect(weighted!.success_rate.ci).not.toBeNull();
    }
  });
});
