import type { EventMetrics } from '../experiment-metrics.ts';
import { Amount } from './amount.ts';
import { costMetrics } from './cost-metrics.ts';
import { latencyMetrics } from './latency-metrics.ts';
import { reliabilityMetrics } from './reliability-metrics.ts';
import { TextCounts } from './text-counts.ts';
import { ValueList } from './value-list.ts';

/** The kinds of tokens that are counted. */
export const Tokens = { INPUT: 0, OUTPUT: 1, CACHED: 2, REASONING: 3, TOTAL: 4 } as const;

/** What is gathered of the events of one kind. */
export class Tally {
  count = 0;
  successful = 0;
  failed = 0;
  /** Of events that did not fail. */
  latency: ValueList = new ValueList();
  cost: ValueList = new ValueList();
  /** Why costs are not known, and of which models. */
  readonly unknownCosts: TextCounts = new TextCounts();
  readonly unknownModels: TextCounts = new TextCounts();
  /** By `Tokens`. */
  readonly tokens: readonly Amount[] = [new Amount(), new Amount(), new Amount(), new Amount(), new Amount()];
  #metrics: EventMetrics | undefined;

  /** The sum of several tallies: the tally itself when there is one. */
  static joined(tallies: readonly Tally[]): Tally {
    if (tallies.length === 1) return tallies[0]!;
    const joined = new Tally();
    joined.latency = ValueList.joined(tallies.map((tally) => tally.latency));
    joined.cost = ValueList.joined(tallies.map((tally) => tally.cost));
    for (const tally of tallies) {
      joined.count += tally.count;
      joined.successful += tally.successful;
      joined.failed += tally.failed;
      joined.unknownCosts.merge(tally.unknownCosts);
      joined.unknownModels.merge(tally.unknownModels);
      joined.tokens.forEach((amount, kind) => {
        amount.merge(tally.tokens[kind]!);
      });
    }
    return joined;
  }

  metrics(): EventMetrics {
    this.#metrics ??= {
      count: this.count,
      latency: latencyMetrics(this.latency, this.successful, this.failed),
      cost: costMetrics(this.cost, this.count, this.unknownCosts, this.unknownModels),
      reliability: reliabilityMetrics(this.count, this.successful, this.failed),
      tokens: {
        input: this.tokens[Tokens.INPUT]!.summary(),
        output: this.tokens[Tokens.OUTPUT]!.summary(),
        cached: this.tokens[Tokens.CACHED]!.summary(),
        reasoning: this.tokens[Tokens.REASONING]!.summary(),
        total: this.tokens[Tokens.TOTAL]!.summary(),
      },
    };
    return this.#metrics;
  }
}
