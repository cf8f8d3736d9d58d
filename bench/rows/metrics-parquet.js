import { rmSync } from 'node:fs';
import { callIsolated } from '../lib/isolated.js';
import { openSealed, pathsOf, recordSealed } from '../lib/sealed.js';
import { summarise } from '../lib/summary.js';
import { temporaryFolder } from '../lib/temporary-folder.js';

export const name = 'metrics-parquet';
export const budget = { text: '≤ 1 s', limit: 1e9 };

const COUNT = 1_000_000;
const ROUNDS = 5;
const WINDOWS = 1000;
const PLAIN = 'DuckDB SQL: counts, sums, moments and exact quantiles by event name';
const PLAIN_WINDOWS = 'DuckDB SQL: the same by time bucket';

/** Each call in a new process, so that loading DuckDB is in the figure. */
export async function measure() {
  const dir = temporaryFolder();
  try {
    const id = await callIsolated(import.meta.url, 'record', dir);
    const calls = ['metrics', 'plain', 'windowed', 'plainWindows', 'lastOfAll'];
    const samples = new Map(calls.map((call) => [call, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const call of calls) samples.get(call).push(await callIsolated(import.meta.url, call, dir, id));
    }
    const of = (call) => summarise(samples.get(call));
    return {
      lines: [
        {
          what: '`metrics()` on 1M sealed events, DuckDB loaded by it',
          ours: of('metrics'),
          peers: [{ name: PLAIN, ...of('plain') }],
        },
        {
          what: `\`windowedMetrics\` on 1M sealed events, ${WINDOWS} windows`,
          ours: of('windowed'),
          peers: [{ name: PLAIN_WINDOWS, ...of('plainWindows') }],
        },
        {
          what: '`queryWindow({ lastN: 200 })` of 1M sealed events, DuckDB loaded',
          budget: {},
          ours: of('lastOfAll'),
          peers: [],
        },
      ],
    };
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
  }
}

export function record(dir) {
  return recordSealed(dir, COUNT);
}

export async function metrics(dir, id) {
  const { lab, experiment } = await openSealed(dir, id);
  const ns = await timed(async () => {
    const { summary } = await experiment.metrics();
    if (summary.total_events !== COUNT) throw new Error(`metrics() saw ${summary.total_events} events.`);
  });
  await lab.close();
  return ns;
}

export async function windowed(dir, id) {
  const { lab, experiment } = await openSealed(dir, id);
  const ns = await timed(async () => {
    const { windows } = await experiment.windowedMetrics({ size: { seconds: COUNT / 1000 / WINDOWS } });
    const seen = windows.reduce((sum, { count }) => sum + count, 0);
    if (seen !== COUNT) throw new Error(`windowedMetrics() saw ${seen} events.`);
  });
  await lab.close();
  return ns;
}

export async function lastOfAll(dir, id) {
  const { lab, experiment } = await openSealed(dir, id);
  await experiment.queryWindow({ lastN: 200 });
  const ns = await timed(async () => {
    const { length } = await experiment.queryWindow({ lastN: 200 });
    if (length !== 200) throw new Error(`queryWindow found ${length} records.`);
  });
  await lab.close();
  return ns;
}

export function plain(dir, id) {
  return timed(() =>
    runSql(`SELECT event_name, ${aggregates()} FROM '${pathsOf(dir, id).parquet}' GROUP BY event_name`),
  );
}

export function plainWindows(dir, id) {
  const size = COUNT / 1000 / WINDOWS;
  return timed(() =>
    runSql(`SELECT time_bucket(INTERVAL ${size} SECOND, timestamp) AS start, ${aggregates()}
      FROM '${pathsOf(dir, id).parquet}' GROUP BY start ORDER BY start`),
  );
}

function aggregates() {
  return `count(*), min(timestamp), max(timestamp), avg(latency_ms), stddev_samp(latency_ms), min(latency_ms), max(latency_ms),
    quantile_cont(latency_ms, [0.5, 0.9, 0.95, 0.99]), sum(cost_usd), median(cost_usd), count(*) FILTER (success),
    count(*) FILTER (NOT success), sum(input_tokens), sum(output_tokens)`;
}

async function runSql(sql) {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const result = await connection.runAndReadAll(sql);
  if (result.currentRowCount === 0) throw new Error('DuckDB saw no event.');
  connection.closeSync();
  instance.closeSync();
}

async function timed(work) {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start);
}
