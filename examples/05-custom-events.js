// @ts-check
// Events of your own, from definition to headline: a small search engine over the pages of this repository's documentation.
import { channel } from 'node:diagnostics_channel';
import { readdir, readFile } from 'node:fs/promises';
import { bridgeChannel, createCrucible, defineEvent, telemetry } from 'crucible-telemetry';
import { ms, printTable } from './lib/table.js';

// What the event is. Its category reaches the records.
defineEvent('docs.search.stop', {
  category: 'retrieval',
  description: 'A search in the documentation ended.',
  fields: {
    measurements: { hits: { type: 'integer', unit: 'pages', description: 'Pages found.' } },
    metadata: { query: { type: 'string', description: 'What was searched for.' } },
  },
});

// The code under observation. Like undici and others it also publishes to a diagnostics channel.
const reads = channel('docs:read');
const cache = new Map();
const folder = new URL('../docs/', import.meta.url);
const pages = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.md'));

/** @param {string} page */
async function textOf(page) {
  reads.publish({ page, cached: cache.has(page) });
  if (!cache.has(page)) cache.set(page, (await readFile(new URL(page, folder), 'utf8')).toLowerCase());
  return cache.get(page);
}

/** @param {string} query @param {string} email */
function search(query, email) {
  return telemetry.span('docs.search', { query, user_id: email, request: { from: email } }, async (span) => {
    const found = [];
    for (const page of pages) if ((await textOf(page)).includes(query)) found.push(page);
    span.measure({ hits: found.length });
  });
}

// Messages of a channel become events: channels are named one by one, each with a mapper.
const unbridge = bridgeChannel(telemetry, 'docs:read', (message) => {
  const { page, cached } = /** @type {{ page: string, cached: boolean }} */ (message);
  return { name: cached ? 'docs.page.cached' : 'docs.page.read', metadata: { page } };
});

// Handlers. One that fails is detached and reported; the others, and the code under observation, go on.
const slowest = { duration: 0, query: '' };
telemetry.attach('slowest', 'docs.search.stop', (_name, { duration }, { query }) => {
  if (Number(duration) > slowest.duration) Object.assign(slowest, { duration, query });
});
telemetry.attach('broken', 'docs.search.stop', (_name, _measurements, { query }) => {
  if (query === 'epoch') throw new RangeError('no epochs, please');
});
const detach = telemetry.attach('failures', 'telemetry.handler.failure', (_name, _measurements, failure) => {
  console.log(`Handler ${failure.handler_id} failed on ${failure.event_name}: ${failure.reason}. It was detached.\n`);
});

// What the experiment collects, which events make its headline, what it adds to a record, and what it never keeps.
const lab = createCrucible();
const experiment = await lab.startExperiment({
  name: 'docs-search',
  events: ['docs.search.stop', 'docs.page.cached', 'docs.page.read'],
  requestEvents: ['docs.search.stop'],
  enrichers: [
    ({ metadata }) => ({ cohort: /\s/.test(String(metadata.query)) ? 'phrase' : 'word', pages: pages.length }),
  ],
  redact: ['user_id', 'metadata.request.from'],
});
await experiment.run(async () => {
  for (const query of ['experiment', 'epoch', 'a language model', 'sample_id', 'quokka'])
    await search(query, 'ada@example.org');
});
await experiment.stop();

const rows = [];
for await (const record of experiment.records({ where: { category: 'retrieval' } })) {
  const { metadata, measurements, latency_ms, cohort, user_id } = record;
  const kept = JSON.stringify({ user_id, request: metadata.request });
  rows.push({
    query: `${metadata.query}`,
    hits: `${measurements.hits}`,
    latency: ms(latency_ms),
    cohort: `${cohort}`,
    kept,
  });
}
printTable(rows);

const { latency, events } = await experiment.metrics();
console.log(`\nHeadline, over docs.search.stop: n ${latency.count}, p50 ${ms(latency.p50)}. All events:`, events);
console.log(`Slowest: "${slowest.query}". Handlers left: ${telemetry.listHandlers().map(({ id }) => id)}.`);
unbridge();
detach();
await lab.close();
