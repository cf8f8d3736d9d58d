import type { CompareOptions } from '../analysis/comparison/compare-options.ts';
import { CrucibleError, show } from '../core/errors.ts';

/** How to compare, as it was given on the command line. */
export interface ComparisonFlags {
  readonly metric?: readonly string[];
  readonly primary?: readonly string[];
  /** `metric=number`. */
  readonly margin?: readonly string[];
  readonly alpha?: string;
  readonly seed?: string;
  readonly final?: boolean;
}

/** The same for `lab.compare`. Throws `invalid_argument` for a margin that is no number of a metric. */
export function comparisonOptions({ metric, primary, margin, alpha, seed, final }: ComparisonFlags): CompareOptions {
  return {
    ...(metric ? { metrics: metric } : {}),
    ...(primary ? { primary } : {}),
    ...(margin ? { margin: Object.fromEntries(margin.map(marginOf)) } : {}),
    ...(alpha === undefined ? {} : { alpha: Number(alpha) }),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(final ? { final } : {}),
  };
}

function marginOf(text: string): [string, number] {
  const at = text.lastIndexOf('=');
  const number = Number(text.slice(at + 1));
  if (at > 0 && number > 0) return [text.slice(0, at), number];
  throw new CrucibleError('invalid_argument', `--margin is ${show(text)}.`, {
    hint: 'Give a metric and a number: --margin latency_ms=0.1 success_rate=0.02',
  });
}
