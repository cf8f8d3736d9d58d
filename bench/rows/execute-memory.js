import { telemetry } from 'crucible-telemetry';
import { attributesOf, EVENT_NAME, MODELS, makeValues, measurementsOf, metadataOf } from '../lib/event.js';
import { interleave } from '../lib/interleave.js';
import { closeExperiment, openExperiment } from '../lib/lab.js';
import { discardingPino, filePino, openTelemetry, prometheus } from '../lib/peers.js';
import { format, peersOf } from '../lib/summary.js';

export const name = 'execute-memory';
export const budget = { text: '≤ 1 µs (aim 0.6 µs), ≥ 10× an OpenTelemetry span', limit: 1000, ratio: 10 };

const COUNT = 100_000;
// Slow enough that fewer are as steady.
const SLOW_COUNT = 20_000;

const OTEL = 'OpenTelemetry span, in-memory exporter';
const PINO = 'pino, line discarded';
const PINO_FILE = 'pino, sync to a file';
const PROMETHEUS = 'prom-client, 1 histogram and 2 counters (keeps no event)';

export async function measure() {
  const results = await interleave([
    collecting('process', (_, values) => executeResolved(values)),
    collecting('run', ({ experiment }, values) => experiment.run(() => executeByName(values))),
    collecting('models', ({ experiment }, values) => experiment.run(() => executeModels(values))),
    { label: 'objects', count: COUNT, prepare: newValues(COUNT), run: makeObjects },
    openTelemetryPeer(),
    pinoPeer(PINO, COUNT, () => ({ logger: discardingPino(), close: () => undefined })),
    pinoPeer(PINO_FILE, SLOW_COUNT, filePino),
    prometheusPeer(),
  ]);
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

function newValues(count) {
  return (round) => makeValues(count, round + 1);
}

function collecting(label, execute) {
  return {
    label,
    count: COUNT,
    prepare: async (round) => ({ opened: await openExperiment(), values: makeValues(COUNT, round + 1) }),
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

function openTelemetryPeer() {
  const { exporter, tracer } = openTelemetry();
  return {
    label: OTEL,
    count: SLOW_COUNT,
    prepare: newValues(SLOW_COUNT),
    run: (values) => {
      for (let i = 0; i < SLOW_COUNT; i++) tracer.startSpan(EVENT_NAME, { attributes: attributesOf(values, i) }).end();
    },
    finish: () => {
      const kept = exporter.getFinishedSpans().length;
      if (kept !== SLOW_COUNT) throw new Error(`OpenTelemetry kept ${kept} of ${SLOW_COUNT} spans.`);
      exporter.reset();
    },
  };
}

function pinoPeer(label, count, open) {
  return {
    label,
    count,
    prepare: (round) => ({ ...open(), values: makeValues(count, round + 1) }),
    run: ({ logger, values }) => {
      for (let i = 0; i < count; i++) {
        logger.info({ name: EVENT_NAME, measurements: measurementsOf(values, i), metadata: metadataOf(values, i) });
      }
    },
    finish: ({ close }) => close(),
  };
}

function prometheusPeer() {
  const { latency, requests, tokens } = prometheus();
  return {
    label: PROMETHEUS,
    count: COUNT,
    prepare: newValues(COUNT),
    run: (values) => {
      for (let i = 0; i < COUNT; i++) {
        const { duration } = measurementsOf(values, i);
        const metadata = metadataOf(values, i);
        const labels = { provider: metadata.provider, model: metadata.model };
        latency.observe(labels, duration);
        requests.inc(labels);
        tokens.inc(labels, metadata.tokens.total);
      }
    },
  };
}
