import { clopperPearsonInterval } from 'crucible-telemetry/stats';

// What a share of samples is to be: { text, met({ covered, runs, warned }) }, whose answer is null where nothing is asked,
// and excused({ warned }) where a warning is second best. `runs` is null where the share is exact, not simulated.

/** What an interval of 95% is to cover. */
export const NOMINAL = between(0.93, 0.97);

export function between(low, high) {
  return { text: `${percent(low)} to ${percent(high)}`, met: ({ covered }) => low <= covered && covered <= high };
}

/** Misses may be so many that a true rate of 1 − level explains them: the lower 99% limit of their rate is at or below that. */
export function atLeast(level) {
  const met = ({ covered, runs }) => (runs === null ? covered >= level : leastMissed(covered, runs) <= 1 - level);
  return { text: `at least ${percent(level)}`, met };
}

/** The lower 99% limit, by Clopper and Pearson, of the rate of misses in a simulation. */
export function leastMissed(covered, runs) {
  return clopperPearsonInterval(Math.round((1 - covered) * runs), runs, 0.98).low;
}

/** The exact coverage, as an independent program has it. */
export function known(share) {
  const tolerance = 0.005;
  return {
    text: `${percent(share)} ± ${percent(tolerance)}`,
    met: ({ covered }) => Math.abs(covered - share) <= tolerance,
  };
}

/** Shown for comparison. */
export const NOTHING = { text: '–', met: () => null };

/** Another program's coverage, of so many runs: the two differ by no more than simulation explains in 99% of cases. */
export function likePeer(name, share, peerRuns) {
  const variance = (p, n) => (p * (1 - p)) / n;
  return {
    text: `${percent(share)}, as ${name}; warned of`,
    met: ({ covered, runs, warned }) =>
      Math.abs(covered - share) <= 2.576 * Math.sqrt(variance(share, peerRuns) + variance(covered, runs)) &&
      warned > 0.5,
  };
}

/** Where an interval cannot keep its level, its warning is to be there for most samples: `excused` says that it is. */
export function keptOrWarned({ text, met }) {
  return { text: `${text}, or warned of`, met, excused: ({ warned }) => warned > 0.5 };
}

export function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}
