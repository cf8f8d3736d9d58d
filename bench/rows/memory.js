import { setTimeout as sleep } from 'node:timers/promises';
import { telemetry } from 'crucible-telemetry';
import { attributesOf, EVENT_NAME, makeValues, measurementsOf, metadataOf } from '../lib/event.js';
import { callIsolated } from '../lib/isolated.js';
import { openExperiment } from '../lib/lab.js';
import { openTelemetry } from '../lib/peers.js';
import { summarise } from '../lib/summary.js';

export const name = 'memory';
export const budget = { text: '≤ 120 B an event', limit: 120 };

const COUNT = 300_000;
const ROUNDS = 3;

export async function measure() {
  const ours = await measured(keepColumns);
  const plain = await measured(keepObjects);
  const spans = await measured(keepSpans);
  return {
    lines: [
      {
        what: 'memory store, without the unique strings',
        unit: 'bytes',
        ours: ours.kept,
        peers: [
          { name: 'plain objects in an array', ...plain.kept },
          { name: 'OpenTelemetry spans in memory', ...spans.kept },
        ],
      },
    ],
    notes: [
      `the strings, unique to each event and the same for all, take ${ours.strings.median.toFixed(0)} B an event: a request id of 24 characters and a response of 80`,
    ],
  };
}

async function measured(keep) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await callIsolated(import.meta.url, keep.name));
  return {
    kept: summarise(rounds.map(({ kept }) => kept)),
    strings: summarise(rounds.map(({ strings }) => strings)),
  };
}

export function keepColumns() {
  return growth(async (values) => {
    const opened = await openExperiment();
    const stop = telemetry.event(EVENT_NAME);
    for (let i = 0; i < COUNT; i++) stop.execute(measurementsOf(values, i), metadataOf(values, i));
    if (opened.experiment.ledger().stored !== COUNT) throw new Error('Events were lost.');
    return opened;
  });
}

export function keepObjects() {
  return growth((values) => {
    const kept = [];
    for (let i = 0; i < COUNT; i++) {
      const timestamp = Date.now() * 1000;
      kept.push({
        name: EVENT_NAME,
        timestamp,
        measurements: measurementsOf(values, i),
        metadata: metadataOf(values, i),
      });
    }
    return kept;
  });
}

export function keepSpans() {
  return growth((values) => {
    const { exporter, tracer } = openTelemetry();
    for (let i = 0; i < COUNT; i++) tracer.startSpan(EVENT_NAME, { attributes: attributesOf(values, i) }).end();
    return exporter.getFinishedSpans();
  });
}

/** Bytes for each event: of the strings, made and held before, and of what `keep` keeps of the events beyond them. */
async function growth(keep) {
  const empty = await used();
  const values = makeValues(COUNT);
  const before = await used();
  const kept = await keep(values);
  const after = await used();
  if (kept === undefined || values.count !== COUNT) throw new Error('Nothing was kept.');
  const numbers = values.durations.byteLength + values.prompts.byteLength + values.completions.byteLength;
  return { strings: (before - empty - numbers) / COUNT - 2 * POINTER, kept: (after - before) / COUNT };
}

// The strings lie in two arrays of this script, which are no part of them.
const POINTER = 8;

async function used() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await sleep(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
