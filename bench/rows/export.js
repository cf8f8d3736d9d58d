import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { MODELS } from '../lib/event.js';
import { callIsolated } from '../lib/isolated.js';
import { fill, openExperiment } from '../lib/lab.js';
import { plainRecords } from '../lib/plain.js';
import { watched } from '../lib/resident.js';
import { summarise } from '../lib/summary.js';
import { temporaryFolder } from '../lib/temporary-folder.js';

export const name = 'export';
export const budget = { text: '≤ 12 s from memory', limit: 12e9 };

const GROWTH_BUDGET = { text: '≤ 200 MB growth', limit: 200e6 };
const COUNT = 1_000_000;
const MAX_ROUNDS = 3;
const ENOUGH_MS = 30_000;
const FORMATS = ['jsonl', 'csv', 'parquet', 'arrow'];
const PLAIN = 'JSON.stringify of plain objects through a file stream, synced';

export async function measure() {
  const outcomes = new Map([...FORMATS, PLAIN].map((each) => [each, []]));
  const start = Date.now();
  for (let round = 0; round < MAX_ROUNDS && Date.now() - start < ENOUGH_MS; round++) {
    for (const format of FORMATS) {
      outcomes.get(format).push(await callIsolated(import.meta.url, 'exportColumns', format));
    }
    outcomes.get(PLAIN).push(await callIsolated(import.meta.url, 'writePlain'));
  }
  const of = (each, what) => summarise(outcomes.get(each).map((outcome) => outcome[what]));
  return {
    lines: FORMATS.flatMap((format) => [
      {
        what: `1M events from memory to ${format}`,
        ours: of(format, 'ns'),
        peers: [{ name: PLAIN, ...of(PLAIN, 'ns') }],
      },
      {
        what: `${format}: growth of resident memory`,
        unit: 'bytes',
        budget: GROWTH_BUDGET,
        ours: of(format, 'growth'),
      },
    ]),
    notes: [
      `size of the file: ${FORMATS.map((format) => `${format} ${megabytes(outcomes.get(format)[0])}`).join(', ')}`,
    ],
  };
}

export function exportColumns(format) {
  return inFolder(async (folder) => {
    const { experiment } = await openExperiment();
    fill(COUNT, (i) => MODELS[i & 3]);
    let bytes = 0;
    const outcome = await watched(async () => {
      const result = await experiment.export(format, { path: join(folder, `events.${format}`) });
      if (result.rows !== COUNT) throw new Error(`${result.rows} rows were exported.`);
      bytes = result.bytes;
    });
    return { ...outcome, bytes };
  });
}

export function writePlain() {
  return inFolder(async (folder) => {
    const records = plainRecords(COUNT, 1000);
    return watched(async () => {
      const stream = createWriteStream(join(folder, 'events.jsonl'), { flush: true });
      for (const record of records) {
        if (!stream.write(`${JSON.stringify(record)}\n`)) await once(stream, 'drain');
      }
      stream.end();
      await finished(stream);
    });
  });
}

async function inFolder(work) {
  const folder = temporaryFolder();
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function megabytes({ bytes }) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
