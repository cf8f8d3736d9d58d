// @ts-check
// Pausing: an experiment on a model API that is under maintenance for a while. What happens meanwhile must not spoil the numbers,
// and must not vanish either: it is counted.
import { createCrucible } from 'crucible-telemetry';
import { clientOf, forEach, questions } from './lib/client.js';
import { startModelApi } from './lib/model-api.js';
import { ms, percent } from './lib/table.js';

const pace = { median: 15, late: 0.05, failing: 0.02, wrong: 0 };
const api = await startModelApi({ 'gpt-4o-mini': pace }, 3);
const ask = clientOf(api.url);
const lab = createCrucible();
const experiment = await lab.startExperiment({ name: 'maintenance', condition: 'gpt-4o-mini' });

/** @param {number} count */
async function work(count) {
  await forEach(questions(count), 4, ({ sample_id, text }) =>
    experiment.run(() => ask('openai', 'gpt-4o-mini', text).catch(() => undefined), { sample_id }),
  );
}

/** @param {string} when */
function report(when) {
  const { latency, reliability } = experiment.streamingMetrics();
  const { stored, dropped } = experiment.ledger();
  console.log(
    `${when.padEnd(22)} live: ${String(reliability.total_requests).padStart(3)} requests, p95 ${ms(latency.p95).padStart(8)}, success ` +
      `${percent(reliability.success_rate).padEnd(8)} ledger: ${stored} stored, ${dropped.paused} dropped in the pause`,
  );
}

await work(40);
report('before');

await experiment.pause();
Object.assign(pace, { median: 60, failing: 0.5 }); // the maintenance
await work(40);
report('during maintenance');
Object.assign(pace, { median: 15, failing: 0.02 });
await experiment.resume();

// The live numbers begin anew; records, ledger and metrics() keep what was before.
experiment.resetStreamingMetrics();
await work(60);
report('after, live reset');
await experiment.stop();

const { summary, reliability } = await experiment.metrics();
console.log(`\nAll records: ${reliability.total_requests} requests, success ${percent(reliability.success_rate)}`);
console.log(`${experiment.pauseCount} pause, ${experiment.phases.length} phases:`);
for (const { started_at: from, ended_at } of experiment.phases) {
  const to = ended_at ?? Date.now() * 1000;
  const answers = await experiment.queryWindow({ from, to }, { event_name: 'req_llm.request.stop' });
  console.log(`  ${((to - from) / 1e6).toFixed(2)} s with ${answers.length} answers`);
}
console.log(
  `Duration ${summary.duration_seconds?.toFixed(2)} s: from the first event to the last, the pause left out.`,
);

// Windows by time and by number, with a condition or a predicate.
const failed = await experiment.queryWindow({ last: { minutes: 5 } }, { success: false });
const slow = await experiment.queryWindow({ lastN: 50 }, (record) => (record.latency_ms ?? 0) > 60);
console.log(
  `Failed in the last five minutes: ${failed.length}. Slower than 60 ms, the last 50 of them: ${slow.length}.`,
);

await lab.close();
api.close();
