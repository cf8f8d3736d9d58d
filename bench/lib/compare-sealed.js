import { rmSync } from 'node:fs';
import { createCrucible } from 'crucible-telemetry';
import { localStore } from 'crucible-telemetry/stores/local';
import { callIsolated } from './isolated.js';
import { watched } from './resident.js';
import { recordSealed } from './sealed.js';
import { summarise } from './summary.js';
import { temporaryFolder } from './temporary-folder.js';

const COUNT = 1_000_000;
// Has no factor in common with COUNT: its multiples are all numbers below it, in another order.
const STRIDE = 700_001;

/**
 * The lines of a row about `compare()` of two sealed experiments, in a new process, so that loading DuckDB is in the figure. There is
 * no peer: nothing else in JavaScript compares. `pairs`: how many there must be, null where samples are weighted as groups; `distinct`:
 * whether each event has a sample of its own, which the other experiment has too, elsewhere in its order, and a session of its own.
 */
export async function measureComparison({ what, pairs, distinct, sampling }) {
  const dir = temporaryFolder();
  try {
    const ids = [];
    for (let arm = 0; arm < 2; arm++)
      ids.push(await callIsolated(import.meta.url, 'record', dir, arm, distinct, sampling));
    const { ns, growth } = await callIsolated(import.meta.url, 'compare', dir, ids, pairs);
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
    rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
  }
}

export function record(dir, arm, distinct, sampling) {
  return recordSealed(dir, COUNT, { sampling, ...(distinct && { contextOf: (i) => distinctContext(arm, i) }) });
}

export async function compare(dir, ids, pairs) {
  const lab = createCrucible({ store: localStore({ dir }) });
  const outcome = await watched(async () => {
    const { comparisons } = await lab.compare(ids);
    const { n } = comparisons[0].metrics.latency_ms;
    if (n.pairs !== pairs) throw new Error(`compare() saw ${n.pairs} pairs.`);
  });
  await lab.close();
  return outcome;
}

function distinctContext(arm, i) {
  const sample = arm === 0 ? i : (i * STRIDE) % COUNT;
  return { sample_id: `sample-${digits(sample)}`, session_id: `session-${arm}-${digits(i)}` };
}

function digits(number) {
  return String(number).padStart(7, '0');
}
