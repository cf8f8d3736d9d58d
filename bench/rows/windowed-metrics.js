import { MODELS } from '../lib/event.js';
import { interleave } from '../lib/interleave.js';
import { fill, openExperiment, steppingClock } from '../lib/lab.js';
import { plainRecords, summarisePlain } from '../lib/plain.js';
import { format, peersOf } from '../lib/summary.js';

export const name = 'windowed-metrics';
export const budget = { text: '≤ 0.3 s', limit: 0.3e9 };

const COUNT = 1_000_000;
const WINDOWS = 1000;
const MINUTE = 60_000_000;
const STEP = (WINDOWS * MINUTE) / COUNT;
const PLAIN = 'plain objects grouped by minute, each group summarised';

export const contenders = [
  windowed('tumbling', { size: { minutes: 1 } }, WINDOWS),
  windowed('overlapping', { size: { minutes: 5 }, step: { minutes: 1 } }, WINDOWS + 4),
  { label: PLAIN, setup: () => plainRecords(COUNT, STEP), run: summariseByMinute },
];

export async function measure() {
  const results = await interleave(import.meta.url, contenders, { rounds: 5 });
  return {
    lines: [
      { what: '1M events, 1,000 windows, step = size', ours: results.tumbling, peers: peersOf(results, [PLAIN]) },
      { what: 'the same, windows of 5 steps', ours: results.overlapping, peers: [], budget: undefined },
    ],
    notes: [
      `the first call, with nothing compiled: ${format(results.tumbling.first)}; the peer's: ${format(results[PLAIN].first)}`,
    ],
  };
}

function windowed(label, options, expected) {
  return {
    label,
    setup: async () => {
      const { experiment } = await openExperiment({ clock: steppingClock(STEP) });
      fill(COUNT, (i) => MODELS[i & 3]);
      return experiment;
    },
    run: async (experiment) => {
      const { windows } = await experiment.windowedMetrics(options);
      // The clock is also read when the experiment starts, which may move the last event into one window more.
      if (Math.abs(windows.length - expected) > 1) throw new Error(`There were ${windows.length} windows.`);
    },
  };
}

function summariseByMinute(records) {
  const groups = new Map();
  for (const record of records) {
    const minute = Math.floor(record.timestamp / MINUTE);
    const group = groups.get(minute);
    if (group) group.push(record);
    else groups.set(minute, [record]);
  }
  return [...groups.values()].map(summarisePlain);
}
