import type { DropReason, LedgerCounts } from '../stores/ledger-counts.ts';

/** Counts what becomes of every event that reaches an experiment. Each way of an event adds to `emitted` and to one other. */
export class Ledger {
  emitted = 0;
  stored = 0;
  sampledOut = 0;
  /** Of `sampledOut`: those in a reservoir. */
  held = 0;
  readonly dropped: Record<DropReason, number> = {
    paused: 0,
    stopped: 0,
    duplicate: 0,
    overflow: 0,
    encode: 0,
    capacity: 0,
  };

  /** Takes back that so many events were stored. */
  lose(events: number, reason: 'overflow' | 'encode'): void {
    this.stored -= events;
    this.dropped[reason] += events;
  }

  /** Counts an event that a reservoir held, by what became of it when that was closed. */
  release(outcome: 'stored' | 'overflow' | 'encode' | 'capacity'): void {
    this.held--;
    this.sampledOut--;
    if (outcome === 'stored') this.stored++;
    else this.dropped[outcome]++;
  }

  counts(): LedgerCounts {
    return {
      emitted: this.emitted,
      stored: this.stored,
      sampled_out: this.sampledOut,
      dropped: { ...this.dropped },
      ...(this.held > 0 && { held: this.held }),
    };
  }
}

/** The account of several writers together. */
export function sumLedgers(ledgers: readonly LedgerCounts[]): LedgerCounts {
  const total = new Ledger();
  let unclean = false;
  for (const ledger of ledgers) {
    unclean ||= ledger.unclean === true;
    total.emitted += ledger.emitted;
    total.stored += ledger.stored;
    total.sampledOut += ledger.sampled_out;
    total.held += ledger.held ?? 0;
    for (const reason of Object.keys(total.dropped) as DropReason[])
      total.dropped[reason] += ledger.dropped[reason] ?? 0;
  }
  return unclean ? { ...total.counts(), unclean } : total.counts();
}
