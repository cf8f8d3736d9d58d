import { spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCrucible, telemetry } from 'crucible-telemetry';
import { localStore } from 'crucible-telemetry/stores/local';
import { EVENT_NAME, makeValues, measurementsOf, metadataOf } from '../lib/event.js';
import { interleave } from '../lib/interleave.js';
import { callIsolated } from '../lib/isolated.js';
import { filePino } from '../lib/peers.js';
import { peersOf, summarise } from '../lib/summary.js';
import { temporaryFolder } from '../lib/temporary-folder.js';
import { pythonTrackers, sqlite } from '../peers/installed.js';

export const name = 'local-store';
export const budget = { text: '≤ 2 µs', limit: 2000 };

const COUNT = 20_000;
const SYNCED = 500;
const PART = 50_000;
// Bursts with time between them, in which other work of the host would cool the caches, as sleeping does.
const PACES = [
  { what: '`execute`, batched, 20,000 events/s in bursts of 100', burst: 100, everyMs: 5 },
  { what: '`execute`, batched, 100,000 events/s in bursts of 2,000', burst: 2000, everyMs: 20 },
];
const PACED_MS = 2000;
const POINTS = 1000;
const SUSTAINED_SECONDS = process.env.CRUCIBLE_BENCH_LONG ? 60 : 10;
const SEALING_LIMIT_MS = 120_000;

const PINO = 'pino, sync to a file';
const APPEND = 'fs.appendFileSync of JSON.stringify';
const SQLITE = 'better-sqlite3, WAL, a transaction each';
const { Database, reason: noSqlite } = sqlite();

export const contenders = [
  recording('batched', COUNT),
  recording('immediate', COUNT),
  recording('fsync', SYNCED),
  {
    label: PINO,
    count: COUNT,
    prepare: (_, round) => ({ ...filePino(), values: makeValues(COUNT, round + 1) }),
    run: log,
    finish: ({ close }) => close(),
  },
  {
    label: APPEND,
    count: COUNT,
    prepare: (_, round) => ({ folder: temporaryFolder(), values: makeValues(COUNT, round + 1) }),
    run: append,
    finish: ({ folder }) => rmSync(folder, { recursive: true }),
  },
  ...(Database ? [{ label: SQLITE, count: COUNT, prepare: openSqlite, run: insert, finish: closeSqlite }] : []),
];

export async function measure() {
  const results = await interleave(import.meta.url, contenders, { rounds: 5 });
  const files = peersOf(results, [PINO, APPEND, ...(Database ? [SQLITE] : [])]);
  const paced = PACES.map(() => []);
  for (let round = 0; round < 5; round++) {
    for (const [i, pace] of PACES.entries()) paced[i].push(await callIsolated(import.meta.url, 'pacedCaller', pace));
  }
  const { trackers, notes } = measureTrackers();
  const sustained = { live: await sustain('live'), sealed: await sustain('sealed') };
  return {
    lines: [
      ...PACES.map(({ what }, i) => ({
        what,
        ours: summarise(paced[i]),
        peers: i === 0 ? [...files, ...trackers] : files,
      })),
      { what: '`execute`, batched, flat out', budget: {}, ours: results.batched, peers: files },
      { what: '`execute`, immediate', budget: {}, ours: results.immediate, peers: files },
      { what: '`execute`, fsync', budget: {}, ours: results.fsync, peers: [] },
      {
        what: `an event of ${SUSTAINED_SECONDS} s at full speed, to live segments`,
        budget: { text: '≤ 3.33 µs (300,000/s)', limit: 1e9 / 300_000 },
        ours: summarise([sustained.live]),
        peers: files,
      },
      {
        what: `an event of ${SUSTAINED_SECONDS} s at full speed, until all are sealed`,
        budget: { text: '≤ 10 µs (100,000/s)', limit: 1e9 / 100_000 },
        ours: summarise([sustained.sealed]),
        peers: [],
      },
    ],
    notes: noSqlite === undefined ? notes : [`better-sqlite3: skipped, ${noSqlite}`, ...notes],
  };
}

function recording(durability, count) {
  return {
    label: durability,
    count,
    prepare: (_, round) => open(durability, count, round),
    run: ({ values }) => executeAll(values),
    finish: close,
  };
}

async function open(durability, count, round) {
  const dir = temporaryFolder();
  const lab = createCrucible({ store: localStore({ dir, durability }) });
  const experiment = await lab.startExperiment({ name: 'bench' });
  return { dir, lab, experiment, values: makeValues(count, round + 1) };
}

async function close({ dir, lab, experiment, values }) {
  await lab.flush();
  const { stored } = experiment.ledger();
  if (stored !== values.count) throw new Error(`${stored} of ${values.count} events were stored.`);
  await lab.close();
  rmSync(dir, { recursive: true });
}

function executeAll(values) {
  const stop = telemetry.event(EVENT_NAME);
  for (let i = 0; i < values.count; i++) stop.execute(measurementsOf(values, i), metadataOf(values, i));
}

/** What an event takes of the caller's time, in ns, when they come in bursts with time between them. */
export async function pacedCaller({ burst, everyMs }) {
  const opened = await open('batched', burst * (PACED_MS / everyMs), 1);
  const { values } = opened;
  const stop = telemetry.event(EVENT_NAME);
  let elapsed = 0n;
  let measured = 0;
  for (let at = 0; at < values.count; at += burst) {
    const start = process.hrtime.bigint();
    for (let i = at; i < at + burst; i++) stop.execute(measurementsOf(values, i), metadataOf(values, i));
    // The first half is for the compiler.
    if (at >= values.count / 2) {
      elapsed += process.hrtime.bigint() - start;
      measured += burst;
    }
    await sleep(everyMs);
  }
  await close(opened);
  return Number(elapsed) / measured;
}

function sustain(kind) {
  return callIsolated(import.meta.url, 'sustained', kind, SUSTAINED_SECONDS);
}

/** Nanoseconds for each event, from the first to the last one that is safe from a crash, or sealed. */
export async function sustained(kind, seconds) {
  const dir = temporaryFolder();
  const lab = createCrucible({ store: localStore({ dir }) });
  const experiment = await lab.startExperiment({ name: 'bench' });
  const values = makeValues(PART);
  let count = 0;
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    executeAll(values);
    count += PART;
    await sleep(0);
  }
  await lab.flush();
  let elapsed = performance.now() - start;
  const { stored } = experiment.ledger();
  if (stored !== count) throw new Error(`${stored} of ${count} events were stored.`);
  if (kind === 'sealed') {
    await experiment.stop();
    await sealed(join(dir, 'experiments', experiment.id, 'events'));
    elapsed = performance.now() - start;
  }
  await lab.close();
  rmSync(dir, { recursive: true, maxRetries: 10 });
  return (elapsed * 1e6) / count;
}

async function sealed(events) {
  const start = performance.now();
  while (readdirSync(events).some((file) => file.endsWith('.jsonl'))) {
    if (performance.now() - start > SEALING_LIMIT_MS) throw new Error('The segments were not sealed.');
    await sleep(50);
  }
}

function eventOf(values, i) {
  return {
    name: EVENT_NAME,
    time: Date.now(),
    measurements: measurementsOf(values, i),
    metadata: metadataOf(values, i),
  };
}

function log({ logger, values }) {
  for (let i = 0; i < values.count; i++) {
    logger.info({ name: EVENT_NAME, measurements: measurementsOf(values, i), metadata: metadataOf(values, i) });
  }
}

function append({ folder, values }) {
  const path = join(folder, 'events.jsonl');
  for (let i = 0; i < values.count; i++) appendFileSync(path, `${JSON.stringify(eventOf(values, i))}\n`);
}

function openSqlite(_, round) {
  const folder = temporaryFolder();
  const database = new Database(join(folder, 'events.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.exec('CREATE TABLE events (name TEXT, time INTEGER, measurements TEXT, metadata TEXT)');
  return { folder, database, values: makeValues(COUNT, round + 1) };
}

function insert({ database, values }) {
  const statement = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?)');
  for (let i = 0; i < values.count; i++) {
    const { name: event, time, measurements, metadata } = eventOf(values, i);
    statement.run(event, time, JSON.stringify(measurements), JSON.stringify(metadata));
  }
}

function closeSqlite({ folder, database }) {
  database.close();
  rmSync(folder, { recursive: true });
}

/** What a point with five numbers takes of the caller's time in Python's trackers: they keep no events. */
function measureTrackers() {
  const python = pythonTrackers();
  if (python.reason !== undefined) return { trackers: [], notes: [`Python's trackers: skipped, ${python.reason}`] };
  const trackers = [];
  const notes = [];
  const script = new URL('../peers/trackers.py', import.meta.url).pathname;
  for (const [tracker, title] of [
    ['trackio', 'Trackio (Python), `log` of 5 numbers'],
    ['wandb', 'W&B offline (Python), `log` of 5 numbers'],
    ['tensorboard', 'TensorBoard (Python), 5 scalars'],
  ]) {
    const folder = temporaryFolder();
    const samples = [0, 1, 2].map(() => {
      const { stdout } = spawnSync(python.binary, [script, tracker, folder, String(POINTS)], { encoding: 'utf8' });
      return Number(stdout);
    });
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    if (samples.every((each) => each > 0)) trackers.push({ name: title, ...summarise(samples) });
    else notes.push(`${title}: skipped, it did not run to its end`);
  }
  return { trackers, notes };
}
