import { telemetry } from 'crucible-telemetry';
import { attributesOf, EVENT_NAME, MODELS, makeValues, measurementsOf, metadataOf } from '../lib/event.js';
import { interleave } from '../lib/interleave.js';
import { closeExperiment, openExperiment } from '../lib/lab.js';
import { discardingPino, filePino, openTelemetry, prometheus } from '../lib/peers.js';
import { format, peersOf } from '../lib/summary.js';

export const name = 'execute-memory';
export const budget = { text: '≤ 1 µs (aim 0.6 µs), ≥ 10× an OpenTelemetry span', limit: 1000, ratio: 10 };

const COUNT = 100_000;

const OTEL = 'OpenTelemetry span, in-memory exporter';
const PINO = 'pino, line discarded';
const PINO_FILE = 'pino, sync to a file';
const PROMETHEUS = 'prom-client, 1 histogram and 2 counters (keeps no event)';

export const contenders = [
  collecting('process', (_, values) => executeResolved(values)),
  collecting('run', ({ experiment }, values) => experiment.run(() => executeByName(values))),
  collecting('models', ({ experiment }, values) => experiment.run(() => executeModels(values))),
  { label: 'objects', count: COUNT, prepare: newValues, run: makeObjects },
  {
    label: OTEL,
    count: COUNT,
    setup: openTelemetry,
    prepare: (peer, round) => ({ ...peer, values: newValues(peer, round) }),
    run: endSpans,
    finish: clearSpans,
  },
  logging(PINO, () => ({ logger: discardingPino() })),
  logging(PINO_FILE, filePino),
  {
    label: PROMETHEUS,
    count: COUNT,
    setup: prometheus,
    prepare: (peer, round) => ({ ...peer, values: newValues(peer, round) }),
    run: observe,
  },
];

export async function measure() {
  const results = await interleave(import.meta.url, contenders, { rounds: 5 });
  const line = (what, ours, peers) => ({ what, ours: results[ours], peers: peersOf(results, peers) });
  return {
    lines: [
      line('resolved event, outside runs', 'process', [OTEL, PINO, PINO_FILE, PROMETHEUS]),
      line('constant name, inside `experiment.run`', 'run', [OTEL]),
      line('the same, four models in turn', 'models', [OTEL]),
    ],
    notes: [`of each figure, ${format(results.objects.median)} are the caller's: making the event's objects`],
  };
}

function newValues(_, round) {
  return makeValues(COUNT, round + 1);
}

function collecting(label, execute) {
  return {
    label,
    count: COUNT,
    prepare: async (_, round) => ({ opened: await openExperiment(), values: newValues(_, round) }),
    run: ({ opened, values }) => execute(opened, values),
    finish: ({ opened }) => closeExperiment(opened, COUNT),
  };
}

function executeResolved(values) {
  const stop = telemetry.event(EVENT_NAME);
  for (let i = 0; i < COUNT; i++) stop.execute(measurementsOf(values, i), metadataOf(values, i));
}

function executeByName(values) {
  for (let i = 0; i < COUNT; i++) {
    telemetry.execute('req_llm.request.stop', measurementsOf(values, i), metadataOf(values, i));
  }
}

function executeModels(values) {
  for (let i = 0; i < COUNT; i++) {
    telemetry.execute('req_llm.request.stop', measurementsOf(values, i), metadataOf(values, i, MODELS[i & 3]));
  }
}

function makeObjects(values) {
  const kept = new Array(1024);
  for (let i = 0; i < COUNT; i++) kept[i & 1023] = [measurementsOf(values, i), metadataOf(values, i)];
  return kept.length;
}

function endSpans({ tracer, values }) {
  for (let i = 0; i < COUNT; i++) tracer.startSpan(EVENT_NAME, { attributes: attributesOf(values, i) }).end();
}

function clearSpans({ exporter }) {
  const kept = exporter.getFinishedSpans().length;
  if (kept !== COUNT) throw new Error(`OpenTelemetry kept ${kept} of ${COUNT} spans.`);
  exporter.reset();
}

function logging(label, open) {
  return {
    label,
    count: COUNT,
    prepare: (_, round) => ({ ...open(), values: newValues(_, round) }),
    run: log,
    finish: ({ close }) => close?.(),
  };
}

function log({ logger, values }) {
  for (let i = 0; i < COUNT; i++) {
    logger.info({ name: EVENT_NAME, measurements: measurementsOf(values, i), metadata: metadataOf(values, i) });
  }
}

function observe({ latency, requests, tokens, values }) {
  for (let i = 0; i < COUNT; i++) {
    const { duration } = measurementsOf(values, i);
    const { provider, model, tokens: used } = metadataOf(values, i);
    latency.observe({ provider, model }, duration);
    requests.inc({ provider, model });
    tokens.inc({ provider, model }, used.total);
  }
}
