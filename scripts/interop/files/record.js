import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBus, createCrucible } from '../../../dist/index.js';
import { localStore } from '../../../dist/stores/local/index.js';

const SEALER = fileURLToPath(new URL('../../../dist/stores/local/sealer.js', import.meta.url));
const START = Date.UTC(2026, 0, 1) * 1000 + 123_457;

/** Values that some reader of some format gets wrong. */
const TEXTS = [
  'plain',
  '',
  "quo\"tes, commas; and 'apostrophes'",
  'two\nlines\r\nand a\ttab',
  'zażółć gęślą jaźń – 日本語 🦉 e\u0301',
  '{"not": "an object"}',
  'null',
  'NaN',
  ' spaces ',
  '\u2028\u0000\u001f\\',
];
const LOSSES = [0.1, -0, 0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null, 1e-320, 5, 1.7e308];
const NESTED = [
  { value: 1 },
  { value: 'text' },
  { value: null },
  { value: [1, 'two', null, [3.5]] },
  { value: { deeper: { 'dotted.key': true } } },
  { value: Number.NaN, other: Number.NEGATIVE_INFINITY },
  { value: -0, whole: 5, part: 0.1 },
  { value: 2n ** 53n + 1n },
  { 'key with "quotes" and\nlines': '🦉' },
  { values: [], object: {}, empty: '' },
];

/**
 * Records an experiment in a new store, one writer's segments sealed and another's live, each with the same hard values. What is
 * left of a sealed segment's live form lies beside it, as if its sealer had been killed. Returns its id and its folder of events.
 */
export async function recordExperiment(dir) {
  let now = START;
  const clock = { nowMicros: () => (now += 1_000_001) };
  const id = 'hard-values';
  for (const kind of ['sealed', 'live']) {
    // One segment each: what a store has finished it would seal by itself.
    const store = localStore({ dir, durability: 'immediate' });
    const lab = createCrucible({ store, bus: createBus(), clock });
    const experiment =
      kind === 'sealed'
        ? await lab.startExperiment({ id, name: 'hard "values"', study: 'ż', tags: ['a', 'b"c', ''] })
        : await lab.resumeExperiment(id);
    execute(experiment);
    await lab.close();
    if (kind === 'sealed') seal(dir, id);
  }
  return { id, events: join(dir, 'experiments', id, 'events') };
}

function execute(experiment) {
  for (const [i, text] of TEXTS.entries()) {
    experiment.execute(
      'req_llm.request.stop',
      { duration: 100 / (i + 3), extra: i },
      {
        provider: 'openai',
        model: i % 3 === 0 ? undefined : 'gpt-4o',
        success: [true, false, null][i % 3],
        tokens: { prompt: i, completion: 2 * i },
        sample_id: text,
        ...NESTED[i],
      },
    );
    experiment.execute('crucible_train.epoch.stop', { epoch: i, loss: LOSSES[i] }, { text });
  }
}

function seal(dir, id) {
  const folder = join(dir, 'experiments', id);
  const events = join(folder, 'events');
  const live = readdirSync(events).filter((name) => name.endsWith('.jsonl'));
  copyFileSync(join(events, live[0]), join(folder, 'left-over'));
  const { status, stderr } = spawnSync(process.execPath, [SEALER, folder, ...live], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The segments were not sealed: ${stderr}`);
  copyFileSync(join(folder, 'left-over'), join(events, live[0]));
}

/** What this library reads of it, in the form in which the other readers answer. */
export async function expectedOf(dir, id) {
  const lab = createCrucible({ store: localStore({ dir }), bus: createBus() });
  const experiment = await lab.getExperiment(id);
  const records = [];
  for await (const record of experiment.records()) records.push(record);
  await experiment.export('csv', { path: join(dir, 'records.csv') });
  await lab.close();
  const [first] = records;
  return {
    sealed: partOf(records.filter(({ writer_id }) => writer_id === first.writer_id)),
    live: partOf(records.filter(({ writer_id }) => writer_id !== first.writer_id)),
    csv: join(dir, 'records.csv'),
  };
}

function partOf(records) {
  const column = (name) => records.map((record) => record[name]);
  return {
    rows: records.length,
    nulls: Object.fromEntries(NULLABLE.map((name) => [name, column(name).filter((value) => value === null).length])),
    types: TYPES,
    timestamps: column('timestamp'),
    sums: Object.fromEntries(
      ['latency_ms', 'cost_usd', 'input_tokens'].map((name) => [
        name,
        column(name).reduce((sum, x) => sum + (x ?? 0), 0),
      ]),
    ),
    numbers: column('loss').map(spelled),
    texts: column('sample_id'),
    lists: column('tags'),
    nested: records.map(({ measurements, metadata }) => tagged({ measurements, metadata })),
  };
}

export const NULLABLE = ['latency_ms', 'cost_usd', 'success', 'model', 'sample_id', 'loss', 'trace_id', 'input_tokens'];

const TYPES = {
  event_name: 'string',
  timestamp: 'timestamp[us, UTC]',
  sequence: 'int64',
  latency_ms: 'double',
  success: 'bool',
  tags: 'list<string>',
  measurements: 'string',
  metadata: 'string',
};

/** A number or null as every reader can spell it. */
export function spelled(value) {
  if (value === null || value === undefined) return null;
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? Number(value) : String(value);
}

/** A nested value as its JSON text has it. */
function tagged(value) {
  if (typeof value === 'number') return typeof spelled(value) === 'string' ? { $number: spelled(value) } : value;
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, tagged(each)]));
}
