import { CrucibleError, show } from '../../core/errors.ts';
import type { Alternative } from './test-result.ts';

/** What every test of one quantity takes. */
export interface TestOptions {
  /** Which way the alternative points, from the first group or the null value to the second. Default `two-sided`. */
  readonly alternative?: Alternative;
  /** Confidence level, default 0.95; above 0.5 for a one-sided alternative, whose interval has one end only. */
  readonly level?: number;
  /** What the estimate is under the null hypothesis. Default 0. */
  readonly nullValue?: number;
}

export interface ResolvedOptions {
  readonly alternative: Alternative;
  readonly level: number;
  readonly nullValue: number;
  /** The probability that is left out at each end that the interval has. */
  readonly tail: number;
}

/** Options with their defaults. Throws `invalid_argument` for what is not an option's value. */
export function resolveOptions(options: TestOptions): ResolvedOptions {
  const { alternative = 'two-sided', level = 0.95, nullValue = 0 } = options;
  requireChoice('alternative', alternative, ['two-sided', 'greater', 'less']);
  const least = alternative === 'two-sided' ? 0 : 0.5;
  if (!(level > least && level < 1)) {
    throw new CrucibleError('invalid_argument', `level is ${show(level)}, with the alternative ${show(alternative)}.`, {
      hint: `Give a fraction between ${least} and 1, such as 0.95.`,
    });
  }
  if (!Number.isFinite(nullValue)) {
    throw new CrucibleError('invalid_argument', `nullValue is ${show(nullValue)}.`, { hint: 'Give a finite number.' });
  }
  return { alternative, level, nullValue, tail: alternative === 'two-sided' ? (1 - level) / 2 : 1 - level };
}

/** Throws `invalid_argument` unless the value is one of the choices. */
export function requireChoice(name: string, value: unknown, choices: readonly (string | boolean)[]): void {
  if (choices.some((choice) => choice === value)) return;
  throw new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, {
    hint: `Give one of ${choices.map(show).join(', ')}.`,
  });
}
