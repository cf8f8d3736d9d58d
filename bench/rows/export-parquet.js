import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { callIsolated } from '../lib/isolated.js';
import { watched } from '../lib/resident.js';
import { openSealed, pathsOf, recordSealed } from '../lib/sealed.js';
import { summarise } from '../lib/summary.js';
import { temporaryFolder } from '../lib/temporary-folder.js';

export const name = 'export-parquet';

const COUNT = 1_000_000;
const BUDGETS = { jsonl: 7, csv: 5, parquet: 4 };
const GROWTH_BUDGET = { text: '≤ 200 MB growth', limit: 200e6 };
const PLAIN = 'COPY of the same files by DuckDB, nested values left as JSON text';
const COPY_OPTIONS = {
  jsonl: 'FORMAT json',
  csv: 'FORMAT csv, HEADER',
  parquet: 'FORMAT parquet, COMPRESSION zstd',
};

/** Each export in a new process, so that loading DuckDB is in the figure. */
export async function measure() {
  const dir = temporaryFolder();
  try {
    const id = await callIsolated(import.meta.url, 'record', dir);
    const lines = [];
    for (const [format, seconds] of Object.entries(BUDGETS)) {
      const ours = await callIsolated(import.meta.url, 'exportSealed', dir, id, format);
      const plain = await callIsolated(import.meta.url, 'copyPlain', dir, id, format);
      lines.push(
        {
          what: `1M sealed events to ${format}`,
          budget: { text: `≤ ${seconds} s`, limit: seconds * 1e9 },
          ours: summarise([ours.ns]),
          peers: [{ name: PLAIN, ...summarise([plain.ns]) }],
        },
        {
          what: `${format}: growth of resident memory`,
          unit: 'bytes',
          budget: GROWTH_BUDGET,
          ours: summarise([ours.growth]),
        },
      );
    }
    return { lines };
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
  }
}

export function record(dir) {
  return recordSealed(dir, COUNT);
}

export async function exportSealed(dir, id, format) {
  const { lab, experiment } = await openSealed(dir, id);
  const outcome = await watched(async () => {
    const { rows } = await experiment.export(format, { path: join(dir, `events.${format}`) });
    if (rows !== COUNT) throw new Error(`${rows} rows were exported.`);
  });
  await lab.close();
  return outcome;
}

export function copyPlain(dir, id, format) {
  return watched(async () => {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const target = join(dir, `plain.${format}`);
    await connection.run(`COPY (FROM '${pathsOf(dir, id).parquet}') TO '${target}' (${COPY_OPTIONS[format]})`);
    connection.closeSync();
    instance.closeSync();
  });
}
