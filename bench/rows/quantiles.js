import { quantiles } from 'crucible-telemetry/stats';
import { seeded } from '../lib/event.js';
import { interleave } from '../lib/interleave.js';
import { peersOf } from '../lib/summary.js';

export const name = 'quantiles';
export const budget = undefined;

const COUNT = 1_000_000;
const PROBABILITIES = [0.5, 0.9, 0.95, 0.99];
const SORT = 'a copy, Float64Array sort, 4 look-ups';

export const contenders = [
  { label: 'quantiles', setup: latencies, run: (values) => quantiles(values, PROBABILITIES) },
  { label: SORT, setup: latencies, run: sorted },
];

export async function measure() {
  const results = await interleave(import.meta.url, contenders);
  return {
    lines: [
      { what: 'exact p50, p90, p95, p99 of 1M doubles', ours: results.quantiles, peers: peersOf(results, [SORT]) },
    ],
  };
}

function latencies() {
  const random = seeded(1);
  return Float64Array.from({ length: COUNT }, () => Math.exp(random() * 3 + 4));
}

function sorted(values) {
  const copy = values.slice().sort();
  return PROBABILITIES.map((p) => copy[Math.floor(p * (COUNT - 1))]);
}
