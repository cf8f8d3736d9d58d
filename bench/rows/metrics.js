import { MODELS } from '../lib/event.js';
import { interleave } from '../lib/interleave.js';
import { fill, openExperiment } from '../lib/lab.js';
import { plainRecords, summarisePlain } from '../lib/plain.js';
import { format, peersOf } from '../lib/summary.js';

export const name = 'metrics';
export const budget = { text: '≤ 0.3 s', limit: 0.3e9 };

const COUNT = 1_000_000;
const PLAIN = 'latency, rate, cost and tokens from plain objects, one pass and a sort';

export const contenders = [
  {
    label: 'metrics',
    setup: async () => {
      const { experiment } = await openExperiment();
      fill(COUNT, (i) => MODELS[i & 3]);
      return experiment;
    },
    run: async (experiment) => {
      const { summary } = await experiment.metrics();
      if (summary.total_events !== COUNT) throw new Error(`metrics() saw ${summary.total_events} events.`);
    },
  },
  { label: PLAIN, setup: () => plainRecords(COUNT, 1000), run: summarisePlain },
];

export async function measure() {
  const results = await interleave(import.meta.url, contenders, { rounds: 5 });
  return {
    lines: [{ what: '`metrics()` on 1M events in memory', ours: results.metrics, peers: peersOf(results, [PLAIN]) }],
    notes: [
      `the first call, with nothing compiled: ${format(results.metrics.first)}; the peer's: ${format(results[PLAIN].first)}`,
    ],
  };
}
