import { bootstrap, bootstrapTwoSample, randomStream } from 'crucible-telemetry/stats';
import { populations, sampleOf } from '../lib/populations.js';

export const title = 'BCa intervals of means';
export const about =
  'Nominal 95%, 999 resamples. Samples that are small or skewed are covered less often than that by any bootstrap; the last column\n' +
  'says how often `low_coverage` warns of it, and what SciPy 1.17.1 covered on its own samples of the same kind (2000 or 3000 runs).';

const MEANS = [
  ['normal', 20, 0.9245],
  ['normal', 50],
  ['exponential', 30, 0.9265],
  ['exponential', 100],
  ['lognormal σ 0.8', 30, 0.907],
  ['lognormal σ 0.8', 200],
  ['lognormal σ 1.5', 30, 0.831],
  ['lognormal σ 1.5', 200],
];
const LEVEL = 0.95;

export function* cases({ full }) {
  const runs = full ? 10_000 : 500;
  for (const [name, n, peer] of MEANS) {
    const population = populations[name];
    const stream = randomStream(`bca ${name} ${n}`);
    yield tally(`mean, ${name}, n = ${n}`, runs, peer, (seed) => {
      const result = bootstrap(sampleOf(population, n, stream), 'mean', { resamples: 999, seed });
      return { ...result, truth: population.mean };
    });
  }
  const population = populations['lognormal σ 0.8'];
  const stream = randomStream('bca of two');
  yield tally('difference of means, lognormal σ 0.8, n = 50 and 50', runs, 0.9137, (seed) => {
    const [first, second] = [sampleOf(population, 50, stream), sampleOf(population, 50, stream)];
    return { ...bootstrapTwoSample(first, second, 'mean', { resamples: 999, seed }), truth: 0 };
  });
  yield tally('mean of 30 clusters of 10, ICC 0.3', runs, undefined, (seed) => {
    const clusters = Array.from({ length: 300 }, (_, i) => Math.floor(i / 10));
    const shared = Array.from({ length: 30 }, () => stream.normal(0, Math.sqrt(0.3)));
    const values = clusters.map((cluster) => shared[cluster] + stream.normal(0, Math.sqrt(0.7)));
    return { ...bootstrap(values, 'mean', { clusters, resamples: 999, seed }), truth: 0 };
  });
}

function tally(what, runs, peer, run) {
  let held = 0;
  let warned = 0;
  for (let seed = 0; seed < runs; seed++) {
    const { ci, truth, assumptions } = run(seed);
    if (ci.low <= truth && truth <= ci.high) held++;
    if (assumptions.some((text) => text.startsWith('low_coverage'))) warned++;
  }
  const scipy = peer === undefined ? '' : `; SciPy ${(100 * peer).toFixed(1)}%`;
  return {
    what,
    level: LEVEL,
    covered: held / runs,
    runs,
    note: `warned in ${((100 * warned) / runs).toFixed(0)}%${scipy}`,
  };
}
