import { CrucibleError, show } from '../../core/errors.ts';

/** Throws `invalid_argument` for NaN. Infinities pass: they have a probability. */
export function requireNumber(name: string, value: number): void {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new CrucibleError('invalid_argument', `${name} is ${show(value)}, which has no probability.`, {
      hint: 'Give a number.',
    });
  }
}

/** Throws `invalid_argument` unless 0 ≤ value ≤ 1. */
export function requireProbability(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) {
    throw new CrucibleError('invalid_argument', `${name} is ${show(value)}, which is not a probability.`, {
      hint: 'Give a number between 0 and 1.',
    });
  }
}

/** Throws `invalid_argument` unless the value is positive and finite. */
export function requirePositive(name: string, value: number): void {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, {
      hint: 'Give a positive finite number.',
    });
  }
}

/** Throws `invalid_argument` unless the value is finite. */
export function requireFinite(name: string, value: number): void {
  if (!Number.isFinite(value)) {
    throw new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, { hint: 'Give a finite number.' });
  }
}

/** Throws `invalid_argument` unless the value is a whole number from 0 to `most`. */
export function requireCount(name: string, value: number, most: number = Number.MAX_SAFE_INTEGER): void {
  if (!(Number.isInteger(value) && value >= 0 && value <= most)) {
    throw new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, {
      hint: `Give a whole number from 0 to ${most}.`,
    });
  }
}

/** Throws `invalid_argument` unless 0 < value < 1. */
export function requireFraction(name: string, value: number): void {
  if (!(value > 0 && value < 1)) {
    throw new CrucibleError('invalid_argument', `${name} is ${show(value)}, which is not between 0 and 1.`, {
      hint: 'Give a fraction, such as 0.95 for a level or 0.05 for an alpha.',
    });
  }
}

/** Throws `invalid_argument` unless the value is a whole number of at least `least`. */
export function requireAtLeast(name: string, value: number, least: number): void {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, {
      hint: `Give a whole number of at least ${least}.`,
    });
  }
}

/** Throws `invalid_argument` unless both lists have the same length. */
export function requireSameLength(what: string, first: number, second: number): void {
  if (first !== second) {
    throw new CrucibleError('invalid_argument', `There are ${first} and ${second} ${what}.`, {
      hint: 'Give as many of the one as of the other.',
    });
  }
}
