import type { Command } from 'commander';
import type { CompareOptions } from '../analysis/comparison/compare-options.ts';
import { CrucibleError, show } from '../core/errors.ts';

/** How to compare, as it was given on the command line. */
export interface ComparisonFlags {
  readonly study?: string;
  readonly baseline?: string;
  readonly metric?: readonly string[];
  readonly primary?: readonly string[];
  /** `metric=number`. */
  readonly margin?: readonly string[];
  readonly alpha?: string;
  readonly seed?: string;
  readonly final?: boolean;
}

/** Adds the flags to a command. */
export function addComparisonFlags(command: Command): Command {
  return command
    .option('--study <name>', 'all experiments of a study')
    .option(
      '--baseline <condition or id>',
      'what the others are compared with (default: control or baseline, else the first)',
    )
    .option('--metric <name...>', 'what to compare (default: what there is of latency, cost, success, tokens, loss, …)')
    .option('--primary <name...>', 'the metrics that the conclusion rests on (default: all)')
    .option('--margin <metric=number...>', 'differences up to this are equivalent: latency_ms=0.1 is 10 %')
    .option('--alpha <number>', 'how often a difference may be found where there is none (default: 0.05)')
    .option('--seed <number>', 'of what is drawn at random (default: 1)')
    .option('--final', 'no more data will come: analyse experiments that stopped before their sample size');
}

/** The same for `lab.compare`, but for what names experiments. Throws `invalid_argument` for a margin that is no number of a metric. */
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
