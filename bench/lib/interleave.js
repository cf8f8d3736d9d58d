import { isolated } from './isolated.js';
import { summarise } from './summary.js';

const CONTENDER = new URL('./contender.js', import.meta.url);

/**
 * Times the `contenders` that a row's module exports, each in a process of its own. They take turns, round after round, so
 * that a busy moment of the machine meets all of them. See contender.js for what a contender is.
 *
 * Returns, by label, nanoseconds for one operation; `first` is that of the very first round, nothing compiled yet.
 */
export async function interleave(rowUrl, contenders, { rounds = 7, warmup = 1 } = {}) {
  const racers = contenders.map(({ label }) => ({ label, process: isolated(CONTENDER), samples: [] }));
  try {
    for (const { label, process } of racers) await process.call('open', rowUrl, label);
    for (let round = 0; round < warmup + rounds; round++) {
      for (const { process, samples } of racers) samples.push(await process.call('round', round));
    }
  } finally {
    for (const { process } of racers) await process.close();
  }
  return Object.fromEntries(
    racers.map(({ label, samples }) => {
      const measured = samples.slice(warmup).map(({ second }) => second);
      return [label, { ...summarise(measured), first: samples[0].first }];
    }),
  );
}
