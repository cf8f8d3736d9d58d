// @ts-check
// What a day of requests cost: by model, by hour, what caching saved, and what is not known. The requests come from a usage log,
// as a provider or a gateway writes one, so they are ingested: they keep their own times, and prices are those of that day.
import { createCrucible, enrichEvent } from 'crucible-telemetry';
import { percent, printTable, usd } from './lib/table.js';

// The log: 600 requests of 3 November 2025, most of them in the working hours. Made up, and the same in every run.
const MODELS = ['openai/gpt-4o', 'openai/gpt-4o-mini', 'anthropic/claude-sonnet-4-5', 'openai/our-finetune-7'];
let state = 20251103;
const random = (/** @type {number} */ below) => {
  state = (state * 48271) % 2147483647; // Lehmer's generator
  return state % below;
};
const log = Array.from({ length: 600 }, (_, i) => {
  const hour = random(3) === 0 ? random(24) : 9 + random(9);
  const [provider, model] = (MODELS[random(MODELS.length)] ?? '').split('/');
  const input = 500 + random(4000);
  const tokens = { input, output: 50 + random(600), cached: random(4) === 0 ? 0 : Math.floor(input / 2) };
  const timestamp = new Date(Date.UTC(2025, 10, 3, hour, random(60), random(60)));
  return { event_id: `gateway-${i}`, name: 'req_llm.request.stop', timestamp, metadata: { provider, model, tokens } };
});

/** @param {import('crucible-telemetry').CrucibleOptions} [options] */
async function replay(options) {
  const experiment = await createCrucible(options).startExperiment({ name: 'gateway-2025-11-03' });
  for (const event of log) experiment.ingest(event);
  return experiment;
}

/** @param {import('crucible-telemetry').Experiment} experiment */
async function costsByModel(experiment) {
  /** @type {Map<string, { requests: number, cost: number | null, uncached: number | null, source: string }>} */
  const models = new Map();
  for await (const record of experiment.records()) {
    // The same request with nothing from the cache: a question to the pure function, nothing is stored.
    const { input_tokens: input, output_tokens: output, provider, model, timestamp } = record;
    const { cost_usd } = enrichEvent(
      record.event_name,
      {},
      { provider, model, tokens: { input, output } },
      experiment,
      { timestamp },
    );
    const row = models.get(model ?? '') ?? {
      requests: 0,
      cost: null,
      uncached: null,
      source: record.cost_source ?? '',
    };
    row.requests++;
    if (record.cost_usd !== null) row.cost = (row.cost ?? 0) + record.cost_usd;
    if (cost_usd !== null) row.uncached = (row.uncached ?? 0) + cost_usd;
    models.set(model ?? '', row);
  }
  return [...models].map(([model, { requests, cost, uncached, source }]) => ({
    model,
    requests,
    cost: usd(cost),
    'cached saved': uncached === null || cost === null ? '–' : percent(1 - cost / uncached),
    'price from': source,
  }));
}

const experiment = await replay();
console.log('With the price data of the installation:\n');
printTable(await costsByModel(experiment));

const { cost } = await experiment.metrics();
const { priced, unknown, unknown_models, reasons } = cost.coverage;
console.log(`\nTotal ${usd(cost.total)} for ${priced} requests. Not known for ${unknown}:`, unknown_models, reasons);

// The log arrives a second time, as logs do. Each event has an id, so nothing is counted twice.
for (const event of log) experiment.ingest(event);
const { emitted, stored, dropped } = experiment.ledger();
console.log(
  `After a second delivery: ${emitted} emitted, ${stored} stored, ${dropped.duplicate} dropped as duplicates.`,
);

// Our own model has a price that only we know. The same log again, in a lab that knows it.
const repriced = await replay({
  prices: { 'our-finetune-7': { input_per_million: 3, output_per_million: 12, cached_input_per_million: 1.5 } },
});
const after = (await repriced.metrics()).cost;
console.log(`\nWith a price for our-finetune-7: total ${usd(after.total)}, ${after.coverage.unknown} not known.\n`);

const { windows } = await repriced.windowedMetrics({ size: { hours: 3 } });
const most = Math.max(...windows.map(({ cost_usd }) => cost_usd ?? 0));
for (const { start, count, cost_usd } of windows) {
  const bar = '█'.repeat(Math.round((30 * (cost_usd ?? 0)) / most));
  console.log(
    `  ${new Date(start / 1000).toISOString().slice(11, 16)} UTC  ${String(count).padStart(3)} requests  ${usd(cost_usd)}  ${bar}`,
  );
}
