// @ts-check
// An A/B test: does hedging make an LLM client faster, and at what price? Control sends one request. Treatment sends a second one
// when the first is late, takes the first answer and aborts the other. Both get the same questions, at the same time.
import { setTimeout as sleep } from 'node:timers/promises';
import { createCrucible, telemetry } from 'crucible-telemetry';
import { clientOf, forEach, questions } from './lib/client.js';
import { startModelApi } from './lib/model-api.js';
import { ms, percent, printTable, usd } from './lib/table.js';

const MODEL = 'gpt-4o-mini';
const HEDGE_AFTER_MS = 80;

const api = await startModelApi({ [MODEL]: { median: 40, late: 0.08, failing: 0.03, wrong: 0 } }, 2);
const ask = clientOf(api.url);

/** @param {string} question */
function hedged(question) {
  const metadata = { provider: 'openai', model: MODEL, strategy: 'fixed' };
  return telemetry.span('hedging.request', metadata, async (span) => {
    const losers = new AbortController();
    let attempts = 0;
    let running = 0;
    const copy = async (/** @type {string} */ winner) => {
      attempts++;
      running++;
      const answer = await ask('openai', MODEL, question, losers.signal).finally(() => running--);
      return { winner, ...answer };
    };
    const primary = copy('primary');
    const backup = sleep(HEDGE_AFTER_MS, undefined, { signal: losers.signal }).then(() => {
      telemetry.execute('hedging.request.duplicated', { delay: HEDGE_AFTER_MS, attempt: 2 }, metadata);
      return copy('backup');
    });
    try {
      const { winner, answer, usage } = await Promise.any([primary, backup]);
      // A copy that is aborted now has had its prompt read, which is taken as billed.
      const billed = { ...usage, prompt_tokens: usage.prompt_tokens * (1 + running) };
      span.annotate({ winner, hedged: attempts > 1, usage: billed });
      return answer;
    } finally {
      span.measure({ delay: HEDGE_AFTER_MS, attempts });
      losers.abort();
    }
  });
}

const lab = createCrucible();
const study = { study: 'hedging', hypothesis: 'Hedging after 80 ms lowers the p95 for at most 20 % more money.' };
const control = await lab.startExperiment({ ...study, name: 'single', condition: 'control' });
const treatment = await lab.startExperiment({
  ...study,
  name: 'hedged',
  condition: 'treatment',
  // What a user waits for is the hedged request. Its copies are in by_event, the aborted ones as failures.
  requestEvents: ['hedging.request.stop', 'hedging.request.exception'],
});

await forEach(questions(200), 10, async ({ sample_id, text }) => {
  await Promise.allSettled([
    control.run(() => ask('openai', MODEL, text), { sample_id }),
    treatment.run(() => hedged(text), { sample_id }),
  ]);
});
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
console.log(`${control.hypothesis}\n`);
printTable(rows);

const { baseline, comparisons } = await lab.compare({ study: study.study }, { margin: { latency_ms: 0.05 } });
for (const { name, metrics } of comparisons) {
  console.log(`\n${name} against ${baseline}, samples paired:`);
  for (const { metric, relative_difference, adjusted_p_value, verdict, missing } of Object.values(metrics)) {
    const change = relative_difference === null ? 'unknown' : percent(relative_difference);
    const p = adjusted_p_value === null ? 'none' : adjusted_p_value.toPrecision(2);
    console.log(`  ${metric}: ${change}, p = ${p}, ${verdict}; missing: ${JSON.stringify(missing)}`);
  }
}

const duplicated = await treatment.queryWindow({}, { event_name: 'hedging.request.duplicated' });
const won = await treatment.queryWindow({}, { event_name: 'hedging.request.stop', 'metadata.winner': 'backup' });
console.log(`Second copies sent: ${duplicated.length}, and first to answer: ${won.length}.`);
await lab.close();
api.close();
