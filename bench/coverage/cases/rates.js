import {
  clopperPearsonInterval,
  jeffreysInterval,
  mcnemarTest,
  twoProportionsTest,
  wilsonInterval,
} from 'crucible-telemetry/stats';
import { differenceCoverage, pairedCoverage, rateCoverage } from '../lib/exact.js';
import { atLeast, known, NOMINAL, NOTHING, percent } from '../lib/rules.js';

export const title = 'Intervals of rates';
export const about =
  'Nominal 95%. Nothing is drawn here: the probabilities of all outcomes whose interval holds the truth are added up. Few outcomes make\n' +
  'coverage jump from rate to rate, so no interval covers 95% at each of them: the means are over rates. Where a handful of failures is\n' +
  'expected in both arms Newcombe covers more than 97%, which is the method: a program in Python with its textbook formulas finds the same.\n' +
  "Wilson's and Jeffreys' figures to hold are of independent programs as well.";

const ONE = [
  ['Wilson', wilsonInterval, [0.922, 0.948, 0.962]],
  ['Clopper-Pearson', clopperPearsonInterval, []],
  ['Jeffreys', jeffreysInterval, [0.982]],
];
const AT = [
  [50, 0.98],
  [200, 0.99],
  [1000, 0.995],
];
const GRID = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);

export function* cases({ full }) {
  for (const [name, interval, figures] of ONE) {
    for (const [i, [n, rate]] of AT.entries()) {
      const covered = rateCoverage(n, rate, (successes) => interval(successes, n));
      const rule = figures[i] === undefined ? NOTHING : known(figures[i]);
      yield exact(`${name}, ${n} trials at ${rate}`, covered, name === 'Clopper-Pearson' ? atLeast(0.95) : rule);
    }
    const intervals = Array.from({ length: 51 }, (_, successes) => interval(successes, 50));
    const all = GRID.map((rate) => rateCoverage(50, rate, (successes) => intervals[successes]));
    yield exact(
      `${name}, 50 trials, mean of 99 rates`,
      mean(all),
      name === 'Clopper-Pearson' ? atLeast(0.95) : NOMINAL,
      all,
    );
  }
  for (const [first, second] of [
    [
      [30, 0.5],
      [30, 0.7],
    ],
    [
      [50, 0.9],
      [50, 0.8],
    ],
    [
      [200, 0.85],
      [200, 0.85],
    ],
    [
      [200, 0.85],
      [50, 0.6],
    ],
    [
      [50, 0.98],
      [50, 0.98],
    ],
    [
      [50, 0.98],
      [50, 0.9],
    ],
    [
      [200, 0.99],
      [200, 0.99],
    ],
    [
      [200, 0.99],
      [200, 0.95],
    ],
    [
      [1000, 0.995],
      [1000, 0.995],
    ],
    [
      [1000, 0.995],
      [1000, 0.98],
    ],
  ]) {
    const covered = differenceCoverage(first, second, (a, b) => newcombe(a, first[0], b, second[0]));
    yield exact(`Newcombe, ${first.join(' trials at ')} and ${second.join(' at ')}`, covered, NOMINAL);
  }
  for (const n of full ? [20, 50, 100] : [20]) {
    const intervals = Array.from({ length: n + 1 }, (_, a) =>
      Array.from({ length: n + 1 }, (_, b) => newcombe(a, n, b, n)),
    );
    const rates = GRID.filter((_, i) => i % 7 === 0);
    const all = rates.flatMap((rate) =>
      rates.map((other) => differenceCoverage([n, rate], [n, other], (a, b) => intervals[a][b])),
    );
    yield exact(`Newcombe, ${n} and ${n} trials, mean of ${all.length} pairs of rates`, mean(all), NOMINAL, all);
  }
  for (const [n, ...outcomes] of [
    [50, 0.6, 0.1, 0.2, 0.1],
    [50, 0.25, 0.25, 0.25, 0.25],
    [50, 0.9, 0.02, 0.06, 0.02],
    [200, 0.75, 0.05, 0.05, 0.15],
    [200, 0.94, 0.01, 0.03, 0.02],
    [200, 0.97, 0.01, 0.01, 0.01],
  ]) {
    const covered = pairedCoverage(n, outcomes, (counts) => mcnemarTest(counts).ci);
    const [both, firstOnly, secondOnly] = outcomes;
    yield exact(
      `Newcombe, ${n} pairs: rates ${short(both + firstOnly)} and ${short(both + secondOnly)}, ${short(firstOnly + secondOnly)} differ`,
      covered,
      NOMINAL,
    );
  }
}

function newcombe(a, n, b, otherN) {
  return twoProportionsTest({ successes: a, n }, { successes: b, n: otherN }).ci;
}

function exact(what, covered, rule, all) {
  const note = all && `from ${percent(Math.min(...all))} to ${percent(Math.max(...all))}`;
  return { what, covered, runs: null, rule, note };
}

function mean(shares) {
  return shares.reduce((total, one) => total + one, 0) / shares.length;
}

function short(rate) {
  return Number(rate.toFixed(3));
}
