// @ts-check
// An A/B test: does hedging make an LLM client faster, and what does it cost? Control sends one request. Treatment sends a second
// one when the first is late, takes the first answer and aborts the other. Both arms get the same questions.
import { setTimeout as sleep } from 'node:timers/promises';
import { createCrucible, telemetry } from 'crucible-telemetry';
import { clientOf, forEach, questions } from './lib/client.js';
import { startModelApi } from './lib/model-api.js';
import { ms, percent, printTable, usd } from './lib/table.js';

const MODEL = 'gpt-4o-mini';
const HEDGE_AFTER_MS = 40; // about the p90 of a single request

const api = await startModelApi({ [MODEL]: { median: 20, late: 0.08, failing: 0.02, wrong: 0 } }, 7);
const ask = clientOf(api.url);

/** @param {string} question */
function single(question) {
  return ask('openai', MODEL, question);
}

/** @param {string} question */
function hedged(question) {
  const metadata = { provider: 'openai', model: MODEL, strategy: 'fixed' };
  return telemetry.span('hedging.request', metadata, async (span) => {
    const rest = new AbortController();
    let copies = 1;
    const primary = ask('openai', MODEL, question, rest.signal);
    const backup = sleep(HEDGE_AFTER_MS, undefined, { signal: rest.signal }).then(() => {
      copies++;
      telemetry.execute('hedging.request.duplicated', { delay: HEDGE_AFTER_MS, attempt: copies }, metadata);
      return ask('openai', MODEL, question, rest.signal);
    });
    const winner = await Promise.any([
      primary.then((answer) => ({ ...answer, name: 'primary' })),
      backup.then((answer) => ({ ...answer, name: 'backup' })),
    ]).finally(() => rest.abort());

    // The model had read the prompt of the aborted copy, so that is taken as paid for.
    const usage = { ...winner.usage, prompt_tokens: winner.usage.prompt_tokens * copies };
    span.measure({ delay: HEDGE_AFTER_MS, attempts: copies });
    span.annotate({ hedged: copies > 1, winner: winner.name, usage });
    return winner;
  });
}

const lab = createCrucible();
const study = 'hedging';
const hypothesis = 'Hedging after 40 ms halves the p95 for at most 15 % more money.';
const control = await lab.startExperiment({ name: 'single', study, hypothesis, condition: 'control' });
const treatment = await lab.startExperiment({
  name: 'hedged',
  study,
  hypothesis,
  condition: 'treatment',
  // What the user waits for is the hedged request, not its copies, one of which is always aborted.
  requestEvents: ['hedging.request.stop', 'hedging.request.exception'],
});

// Question by question, both arms at the same time: whatever slows the machine slows both.
await forEach(questions(200), 8, async ({ sample_id, text }) => {
  await Promise.allSettled([
    control.run(() => single(text), { sample_id }),
    treatment.run(() => hedged(text), { sample_id }),
  ]);
});
await sleep(5); // the last aborted copy tells of its end
await Promise.all([control.stop(), treatment.stop()]);

const rows = [];
for (const experiment of [control, treatment]) {
  const { latency, reliability, cost } = await experiment.metrics();
  rows.push({
    condition: String(experiment.condition),
    n: reliability.total_requests,
    p50: ms(latency.p50),
    p95: ms(latency.p95),
    p99: ms(latency.p99),
    'success (95 % interval)': percent(reliability.success_rate, reliability.success_rate_ci),
    'per 1k': usd(cost.cost_per_1k_requests),
  });
}
printTable(rows);
