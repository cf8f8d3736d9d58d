import { bootstrap, bootstrapTwoSample, randomStream } from 'crucible-telemetry/stats';
import { populations, sampleOf } from '../lib/populations.js';
import { keptOrWarned, likePeer, NOMINAL } from '../lib/rules.js';
import { holds } from '../lib/share.js';

export const title = 'BCa intervals of means';
export const about =
  'Nominal 95%, 999 resamples. Samples that are small or skewed are covered less often than that by any bootstrap: there `low_coverage`\n' +
  'is to warn of it, for more than half of the samples. SciPy 1.17.1 was run on its own samples of the same kind, 2000 of them (3000 for\n' +
  'the difference); as SciPy means that the two differ by no more than simulation explains in 99% of cases.';

const MEANS = [
  ['normal', 20, likePeer('SciPy', 0.9245, 2000)],
  ['normal', 50],
  ['exponential', 30, likePeer('SciPy', 0.9265, 2000)],
  ['exponential', 100],
  ['lognormal σ 0.8', 30, likePeer('SciPy', 0.907, 2000)],
  ['lognormal σ 0.8', 200],
  ['lognormal σ 1.5', 30, likePeer('SciPy', 0.831, 2000)],
  ['lognormal σ 1.5', 200],
];

export function* cases({ full }) {
  const runs = full ? 5000 : 500;
  for (const [name, n, rule] of MEANS) {
    const population = populations[name];
    const stream = randomStream(`bca ${name} ${n}`);
    yield tally(`mean, ${name}, n = ${n}`, runs, rule, (seed) => {
      const result = bootstrap(sampleOf(population, n, stream), 'mean', { resamples: 999, seed });
      return { ...result, truth: population.mean };
    });
  }
  const population = populations['lognormal σ 0.8'];
  const stream = randomStream('bca of two');
  yield tally('difference of means, lognormal σ 0.8, n = 50 and 50', runs, likePeer('SciPy', 0.9137, 3000), (seed) => {
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

function tally(what, runs, rule = keptOrWarned(NOMINAL), run) {
  let held = 0;
  let warned = 0;
  for (let seed = 0; seed < runs; seed++) {
    const { ci, truth, assumptions } = run(seed);
    if (holds(ci, truth)) held++;
    if (assumptions.some((text) => text.startsWith('low_coverage'))) warned++;
  }
  return { what, rule, covered: held / runs, runs, warned: warned / runs };
}
