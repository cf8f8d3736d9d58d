import { readFileSync } from 'node:fs';
import { seeded } from '../lib/event.js';
import { interleave } from '../lib/interleave.js';
import { distributions, noPeers, OURS, ofSamples } from '../lib/kernels.js';

export const name = 'kernel';
export const budget = undefined;

const CALLS = 10_000;
const ENOUGH_DIGITS = 12;
const ABOUT_DIGITS =
  'no digits are what is left of a small tail that became 0, or of its quantile that became infinite';
const ABOUT_WELCH =
  "Welch's test here gives Hedges' g with its interval too, by noncentral t, which is nearly all of its time; @stdlib gives p and the interval";
const FIXTURES = new URL('../../test/fixtures/', import.meta.url);

export const contenders = [
  ...distributions.flatMap(({ what, draw, functions }) =>
    Object.entries(functions).map(([library, f]) => ({
      label: labelOf(library, what),
      count: CALLS,
      setup: () => {
        const random = seeded(1);
        return Array.from({ length: CALLS }, () => draw(random));
      },
      run: (calls) => calls.reduce((sum, [x, a, b]) => sum + f(x, a, b), 0),
    })),
  ),
  ...ofSamples.flatMap(({ what, n, count, functions }) =>
    Object.entries(functions).map(([library, f]) => ({
      label: labelOf(library, what),
      count,
      setup: () => {
        const random = seeded(1);
        const values = Float64Array.from({ length: n }, () => Math.exp(random() * 3 + 4));
        return { values, plain: Array.from(values) };
      },
      run: ({ values, plain }) => {
        let last;
        for (let i = 0; i < count; i++) last = f(values, plain);
        return last;
      },
    })),
  ),
];

export async function measure() {
  const lines = [];
  for (const { what, functions, rounds = 5 } of [...distributions, ...ofSamples]) {
    const libraries = Object.keys(functions);
    const labels = libraries.map((library) => labelOf(library, what));
    const results = await interleave(
      import.meta.url,
      contenders.filter(({ label }) => labels.includes(label)),
      { rounds },
    );
    const [ours, ...peers] = libraries.map((library) => ({ name: library, ...results[labelOf(library, what)] }));
    lines.push({ what, ours, peers });
  }
  const skipped = noPeers === undefined ? [] : [`@stdlib, jStat and simple-statistics: skipped, ${noPeers}`];
  const notes = [...skipped, ...distributions.map(digitsOfTable), digitsOfMoments(), ABOUT_DIGITS, ABOUT_WELCH];
  return { lines, notes };
}

function labelOf(library, what) {
  return `${library}: ${what}`;
}

/** Correct digits at the points of the reference, whose values have sixty digits. */
function digitsOfTable({ what, table, instead, functions }) {
  const points = read('stats-reference.json')[table];
  const found = Object.entries(functions).map(([library, f]) => {
    const digits = points.map((point) => correctDigits(f(...point.slice(0, -1)), Number(point.at(-1))));
    const few = digits.filter((one) => one < ENOUGH_DIGITS).length;
    const how = instead === undefined || library === OURS ? '' : ` by ${instead}`;
    return `${library}${how} ${Math.min(...digits).toFixed(1)} (${few} below ${ENOUGH_DIGITS})`;
  });
  return `${what}, correct digits at the worst of ${points.length} points: ${found.join(', ')}`;
}

/** NIST's NumAcc4, the hardest of the univariate sets: 1001 numbers near ten million with a deviation of 0.1. */
function digitsOfMoments() {
  const [wantedMean, wantedDeviation] = read('nist-univariate.json').sets.NumAcc4.exact_for_doubles.map(Number);
  const values = Float64Array.from({ length: 1001 }, (_, i) =>
    i === 0 ? 10000000.2 : i % 2 ? 10000000.1 : 10000000.3,
  );
  const found = Object.entries(ofSamples[0].functions).map(([library, f]) => {
    const [mean, variance] = f(values, Array.from(values));
    const [ofMean, ofDeviation] = [
      correctDigits(mean, wantedMean),
      correctDigits(Math.sqrt(variance), wantedDeviation),
    ];
    return `${library} ${ofMean.toFixed(1)} and ${ofDeviation.toFixed(1)}`;
  });
  return `mean and standard deviation of NIST's NumAcc4, correct digits: ${found.join(', ')}`;
}

function correctDigits(value, wanted) {
  if (value === wanted) return 16;
  const digits = -Math.log10(Math.abs(value - wanted) / Math.abs(wanted));
  return Number.isNaN(digits) ? 0 : Math.min(Math.max(digits, 0), 16);
}

function read(name) {
  return JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'));
}
