import { CrucibleError, show } from '../core/errors.ts';
import { seededRandom } from '../core/random.ts';
import { normalQuantile } from './distributions/normal.ts';

/** Seeded random numbers that can be split into streams of their own. */
export interface RandomStream {
  /** A multiple of 2^−53 in [0, 1). */
  uniform(): number;
  /** A whole number in [0, n), each as likely as any other. n is a whole number from 1 to 2^53. */
  below(n: number): number;
  /** Normal, by default with mean 0 and standard deviation 1: the quantile of a uniform number. */
  normal(mean?: number, deviation?: number): number;
  /** Exponential, by default with mean 1. */
  exponential(mean?: number): number;
  /** The exponential of a normal number; the default median is 1, the default deviation of the logarithm 1. */
  lognormal(logMean?: number, logDeviation?: number): number;
  /**
   * The stream of that name below this one. It depends on the seed and the names on the way to it, and on nothing else: not on
   * what was drawn or split before. So parts of a computation get streams of their own, and may be reordered, added and left out
   * without changing the numbers of the others.
   */
  split(label: string | number): RandomStream;
}

/**
 * Seeded random numbers from sfc32, the generator of `seededRandom`: equal seeds give equal uniform and whole numbers on every
 * platform; the last digit of the others depends on its logarithm. Throws `invalid_argument` for a seed that is not text or a
 * finite number, as `below` does for an n out of range.
 */
export function randomStream(seed: string | number): RandomStream {
  return streamAt([named('seed', seed)]);
}

function streamAt(path: readonly string[]): RandomStream {
  // 32 random bits at a time; as JSON, because ["a","b"] and ["a,b"] are two paths.
  const next = seededRandom(JSON.stringify(path));
  const uniform = (): number => next() + Math.floor(next() * TWO_21) / TWO_53;
  const normal = (mean = 0, deviation = 1): number => {
    let u = uniform();
    while (u === 0) u = uniform();
    return mean + deviation * normalQuantile(u);
  };
  return {
    uniform,
    below: (n) => {
      if (!(Number.isInteger(n) && n >= 1 && n <= TWO_53)) {
        throw new CrucibleError('invalid_argument', `n is ${show(n)}.`, {
          hint: 'Give a whole number from 1 to 2^53.',
        });
      }
      return n <= TWO_21 ? smallBelow(next, n) : largeBelow(uniform, n);
    },
    normal,
    exponential: (mean = 1) => -mean * Math.log1p(-uniform()),
    lognormal: (logMean = 0, logDeviation = 1) => Math.exp(normal(logMean, logDeviation)),
    split: (label) => streamAt([...path, named('label', label)]),
  };
}

const TWO_21 = 2 ** 21;
const TWO_32 = 2 ** 32;
const TWO_53 = 2 ** 53;

/** Lemire's method (2019): the whole part of bits · n / 2^32, drawn again for the few bits that would give some numbers more. */
function smallBelow(next: () => number, n: number): number {
  for (;;) {
    const scaled = next() * n;
    const whole = Math.floor(scaled);
    const rest = (scaled - whole) * TWO_32;
    if (rest >= n || rest >= TWO_32 % n) return whole;
  }
}

function largeBelow(uniform: () => number, n: number): number {
  const end = TWO_53 - (TWO_53 % n);
  for (;;) {
    const drawn = uniform() * TWO_53;
    if (drawn < end) return drawn % n;
  }
}

function named(what: string, value: string | number): string {
  if (typeof value !== 'string' && !Number.isFinite(value)) {
    throw new CrucibleError('invalid_argument', `The ${what} is ${show(value)}.`, {
      hint: 'Give text or a finite number.',
    });
  }
  return String(value);
}
