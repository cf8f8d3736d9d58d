// @ts-check
// A benchmark: several models, the same prompts, several tries of each. One experiment per model, all at the same time.
import { createCrucible } from 'crucible-telemetry';
import { clientOf, forEach, questions } from './lib/client.js';
import { startModelApi } from './lib/model-api.js';
import { ms, percent, printTable, usd } from './lib/table.js';

const MODELS = [
  { provider: 'openai', model: 'gpt-4o', pace: { median: 60, late: 0.03, failing: 0.01, wrong: 0.02 } },
  { provider: 'openai', model: 'gpt-4o-mini', pace: { median: 25, late: 0.05, failing: 0.02, wrong: 0.1 } },
  { provider: 'anthropic', model: 'claude-sonnet-4-5', pace: { median: 70, late: 0.02, failing: 0.01, wrong: 0.01 } },
  { provider: 'google', model: 'gemini-2.0-flash', pace: { median: 20, late: 0.1, failing: 0.05, wrong: 0.12 } },
];
const PROMPTS = questions(40);
const TRIES = 3;

const api = await startModelApi(Object.fromEntries(MODELS.map(({ model, pace }) => [model, pace])), 5);
const ask = clientOf(api.url);
const lab = createCrucible();

const experiments = await Promise.all(
  MODELS.map(async ({ provider, model }) => {
    const experiment = await lab.startExperiment({
      name: model,
      study: 'sums',
      condition: model,
      sampleSize: PROMPTS.length,
    });
    const tasks = Array.from({ length: TRIES }, () => PROMPTS).flat();
    await forEach(tasks, 6, ({ sample_id, text, expected }) =>
      experiment.run(
        async () => {
          try {
            const { answer } = await ask(provider, model, text);
            experiment.score('exact_match', answer === expected);
          } catch {
            // The experiment has the failed request; a benchmark goes on.
          }
        },
        { sample_id },
      ),
    );
    await experiment.stop();
    return experiment;
  }),
);

const rows = [];
for (const experiment of experiments) {
  const { latency, reliability, cost, scores } = await experiment.metrics();
  rows.push({
    model: experiment.name,
    n: reliability.total_requests,
    p50: ms(latency.p50),
    p95: ms(latency.p95),
    'per 1k': usd(cost.cost_per_1k_requests),
    'success (95 % interval)': percent(reliability.success_rate, reliability.success_rate_ci),
    right: percent(scores.exact_match?.mean ?? null),
  });
}
console.log(`${PROMPTS.length} prompts, ${TRIES} tries of each, ${MODELS.length} models at once:\n`);
printTable(rows);

// At once, and yet apart: every record of an experiment is of its own model.
let foreign = 0;
for (const experiment of experiments)
  for await (const { model } of experiment.records({ where: { model: { ne: null } } }))
    if (model !== experiment.name) foreign++;
console.log(`\nRecords in the wrong experiment: ${foreign}. Events outside all runs: ${lab.ledger().unattributed}.`);

await lab.close();
api.close();
