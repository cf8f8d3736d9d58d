import { rmSync } from 'node:fs';
import { createCrucible } from 'crucible-telemetry';
import { localStore } from 'crucible-telemetry/stores/local';
import { callIsolated } from '../lib/isolated.js';
import { watched } from '../lib/resident.js';
import { recordSealed } from '../lib/sealed.js';
import { summarise } from '../lib/summary.js';
import { temporaryFolder } from '../lib/temporary-folder.js';

export const name = 'compare-parquet';

const COUNT = 1_000_000;

/** In a new process, so that loading DuckDB is in the figure. There is no peer: nothing else in JavaScript compares. */
export async function measure() {
  const dir = temporaryFolder();
  try {
    const ids = [];
    for (let arm = 0; arm < 2; arm++) ids.push(await callIsolated(import.meta.url, 'record', dir));
    const { ns, growth } = await callIsolated(import.meta.url, 'compare', dir, ids);
    const what = '`compare()` of 2 × 1M sealed events, 1,000 samples, usual metrics';
    return {
      lines: [
        { what, budget: { text: '≤ 5 s', limit: 5e9 }, ours: summarise([ns]), peers: [] },
        {
          what: `${what}: growth of resident memory`,
          unit: 'bytes',
          budget: { text: '≤ 500 MB', limit: 500e6 },
          ours: summarise([growth]),
        },
      ],
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export function record(dir) {
  return recordSealed(dir, COUNT);
}

export async function compare(dir, ids) {
  const lab = createCrucible({ store: localStore({ dir }) });
  const outcome = await watched(async () => {
    const { comparisons } = await lab.compare(ids);
    const { n } = comparisons[0].metrics.latency_ms;
    if (n.pairs !== 1000) throw new Error(`compare() saw ${n.pairs} pairs.`);
  });
  await lab.close();
  return outcome;
}
