import { interleave } from '../lib/interleave.js';
import { fill, openExperiment } from '../lib/lab.js';
import { plainRecords } from '../lib/plain.js';
import { peersOf } from '../lib/summary.js';

export const name = 'query-window';
export const budget = { text: 'independent of the total' };

const TOTALS = [10_000, 100_000, 1_000_000];
const WANTED = 200;
const CALLS = 20;
const PLAIN = 'plain objects, copied, sorted by time, last 200';
const INDEPENDENT = 2;

export const contenders = [
  ...TOTALS.map((total) => ({
    label: String(total),
    count: CALLS,
    setup: async () => {
      const { experiment } = await openExperiment();
      fill(total);
      return experiment;
    },
    run: queryLatest,
  })),
  ...TOTALS.map((total) => ({
    label: `${PLAIN} of ${total}`,
    setup: () => plainRecords(total, 1000),
    run: sortLatest,
  })),
];

export async function measure() {
  const results = await interleave(import.meta.url, contenders);
  const smallest = results[TOTALS[0]].median;
  return {
    lines: TOTALS.map((total, i) => ({
      what: `\`queryWindow({ lastN: 200 })\` of ${total.toLocaleString('en')}`,
      budget: i === 0 ? budget : { text: `≤ ${INDEPENDENT}× that of 10,000`, limit: INDEPENDENT * smallest },
      ours: results[total],
      peers: peersOf(results, [`${PLAIN} of ${total}`]),
    })),
  };
}

async function queryLatest(experiment) {
  for (let call = 0; call < CALLS; call++) {
    const records = await experiment.queryWindow({ lastN: WANTED });
    if (records.length !== WANTED) throw new Error(`${records.length} records came.`);
  }
}

function sortLatest(records) {
  const latest = [...records].sort((a, b) => a.timestamp - b.timestamp).slice(-WANTED);
  if (latest.length !== WANTED) throw new Error(`${latest.length} records came.`);
}
