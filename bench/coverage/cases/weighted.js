import { importanceProbability, randomStream, weightedMean, weightedQuantile } from 'crucible-telemetry/stats';
import { populations } from '../lib/populations.js';
import { NOMINAL } from '../lib/rules.js';
import { holds } from '../lib/share.js';

export const title = 'Weighted estimates from sampled items';
export const about =
  'Nominal 95%. Lognormal values (σ 0.8), 2000 to a run, kept with a probability in proportion to the value; the truth is that of the process.';

export function* cases({ full }) {
  const runs = full ? 10_000 : 1000;
  const { draw, mean } = populations['lognormal σ 0.8'];
  const median = 1;
  const held = { mean: 0, median: 0 };
  for (let run = 0; run < runs; run++) {
    const stream = randomStream('weighted').split(run);
    const chanceOf = importanceProbability({ certainFrom: 10, floor: 0.02 });
    const kept = Array.from({ length: 2000 }, () => draw(stream))
      .map((value) => ({ value, chance: chanceOf(value) }))
      .filter(({ chance }) => stream.uniform() < chance);
    const values = kept.map(({ value }) => value);
    const chances = kept.map(({ chance }) => chance);
    if (holds(weightedMean(values, chances).ci, mean)) held.mean++;
    if (holds(weightedQuantile(values, chances, 0.5).ci, median)) held.median++;
  }
  yield { what: 'mean, Hájek', rule: NOMINAL, covered: held.mean / runs, runs };
  yield { what: 'median, Woodruff', rule: NOMINAL, covered: held.median / runs, runs };
}
