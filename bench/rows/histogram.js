import { ExponentialHistogram } from 'crucible-telemetry/stats';
import { Histogram, Registry } from 'prom-client';
import { seeded } from '../lib/event.js';
import { interleave } from '../lib/interleave.js';
import { peersOf } from '../lib/summary.js';

export const name = 'histogram';
export const budget = undefined;

const COUNT = 300_000;
const PROMETHEUS = 'prom-client histogram.observe, 11 buckets';

export const contenders = [
  {
    label: 'add',
    count: COUNT,
    setup: latencies,
    prepare: (values) => ({ values, histogram: new ExponentialHistogram() }),
    run: add,
  },
  {
    label: PROMETHEUS,
    count: COUNT,
    setup: latencies,
    prepare: (values) => ({
      values,
      histogram: new Histogram({ name: 'latency_seconds', help: 'latency', registers: [new Registry()] }),
    }),
    run: observe,
  },
];

export async function measure() {
  const results = await interleave(import.meta.url, contenders);
  return {
    lines: [
      {
        what: 'streaming histogram, one value, ≤ 1.09 % error',
        ours: results.add,
        peers: peersOf(results, [PROMETHEUS]),
      },
    ],
  };
}

/** Seconds, most between 0.1 and 1. */
function latencies() {
  const random = seeded(1);
  return Float64Array.from({ length: COUNT }, () => Math.exp(random() * 3 - 2.5));
}

function add({ histogram, values }) {
  for (let i = 0; i < COUNT; i++) histogram.add(values[i]);
}

function observe({ histogram, values }) {
  for (let i = 0; i < COUNT; i++) histogram.observe(values[i]);
}
