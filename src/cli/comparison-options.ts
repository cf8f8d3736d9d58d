import { type Command, Option } from 'commander';
import type { CompareOptions } from '../analysis/comparison/compare-options.ts';
import { CrucibleError } from '../core/errors.ts';
import type { Adjustment } from '../stats/inference/adjust-p-values.ts';
import { CORRECTIONS } from '../stores/frozen-plan.ts';
import { numberOf, numbersByName } from './numbers.ts';

/** How to compare, as it was given on the command line. */
export interface ComparisonFlags {
  readonly study?: string;
  readonly baseline?: string;
  readonly metric?: readonly string[];
  readonly primary?: readonly string[];
  readonly pairBy?: string;
  /** False where there are no clusters. */
  readonly clusterBy?: string | false;
  /** `metric=number`. */
  readonly margin?: readonly string[];
  /** `metric=number`. */
  readonly minimumEffect?: readonly string[];
  readonly power?: string;
  readonly alpha?: string;
  readonly correction?: Adjustment;
  readonly quantiles?: readonly string[];
  /** `arm=share`. */
  readonly sampleRatio?: readonly string[];
  readonly sampleUnit?: string;
  readonly seed?: string;
  readonly resamples?: string;
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
    .option('--pair-by <field>', 'what makes values of two arms a pair (default: sample_id)')
    .option(
      '--cluster-by <field>',
      'groups that are not independent (default: user_id, else session_id, where all have one)',
    )
    .option('--no-cluster-by', 'all values are independent')
    .option('--margin <metric=number...>', 'differences up to this are equivalent: latency_ms=0.1 is 10 %')
    .option(
      '--minimum-effect <metric=number...>',
      'the smallest difference worth finding, for the samples needed (default: the margin)',
    )
    .option('--power <number>', 'how often that is to be found (default: 0.8)')
    .option('--alpha <number>', 'how often a difference may be found where there is none (default: 0.05)')
    .addOption(
      new Option('--correction <method>', 'of the p-values of several primary metrics (default: holm)').choices(
        CORRECTIONS,
      ),
    )
    .option('--quantiles <number...>', 'of latency, whose differences are given (default: 0.5 0.95)')
    .option('--sample-ratio <arm=share...>', 'how units were assigned: a mismatch leaves every verdict open')
    .option('--sample-unit <field>', 'with --sample-ratio: what was assigned, such as user_id')
    .option('--seed <number>', 'of what is drawn at random (default: 1)')
    .option('--resamples <number>', 'of a bootstrap (default: 9999)')
    .option('--final', 'no more data will come: analyse experiments that stopped before their sample size');
}

/** The same for `lab.compare`, but for what names experiments. Throws `invalid_argument` for what is no number. */
export function comparisonOptions(flags: ComparisonFlags): CompareOptions {
  const { metric, primary, pairBy, clusterBy, margin, minimumEffect, correction, quantiles, final } = flags;
  return {
    ...(metric && { metrics: metric }),
    ...(primary && { primary }),
    ...(pairBy !== undefined && { pairBy }),
    ...(clusterBy !== undefined && { clusterBy: clusterBy === false ? null : clusterBy }),
    ...(margin && { margin: numbersByName('--margin', margin, 'latency_ms=0.1 success_rate=0.02') }),
    ...(minimumEffect && {
      minimumEffect: numbersByName('--minimum-effect', minimumEffect, 'latency_ms=0.1 success_rate=0.02'),
    }),
    ...numbers(flags),
    ...(correction && { correction }),
    ...(quantiles && { quantiles: quantiles.map((text) => numberOf('--quantiles', text)!) }),
    ...sampleRatioOf(flags),
    ...(final && { final }),
  };
}

function numbers(flags: ComparisonFlags): CompareOptions {
  const given = (['power', 'alpha', 'seed', 'resamples'] as const).flatMap((name) => {
    const number = numberOf(`--${name}`, flags[name]);
    return number === undefined ? [] : [[name, number]];
  });
  return Object.fromEntries(given);
}

function sampleRatioOf({ sampleRatio, sampleUnit: unit }: ComparisonFlags): CompareOptions {
  if (sampleRatio === undefined && unit === undefined) return {};
  if (sampleRatio !== undefined && unit !== undefined) {
    return { sampleRatio: { unit, ratio: numbersByName('--sample-ratio', sampleRatio, 'control=1 treatment=1') } };
  }
  const missing = unit === undefined ? '--sample-unit' : '--sample-ratio';
  throw new CrucibleError('invalid_argument', `${missing} is missing.`, {
    hint: 'Say what was assigned and in which shares: --sample-ratio control=1 treatment=1 --sample-unit user_id',
  });
}
