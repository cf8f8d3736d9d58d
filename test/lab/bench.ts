import { expect } from 'vitest';
import { createBus } from '../../src/bus/bus.ts';
import { seededRandom } from '../../src/core/random.ts';
import type { CrucibleOptions } from '../../src/lab/crucible-options.ts';
import type { Experiment } from '../../src/lab/experiment.ts';
import { createCrucible } from '../../src/lab/lab.ts';
import type { EventRecord } from '../../src/record/event-record.ts';
import type { LedgerCounts } from '../../src/stores/ledger-counts.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { fakeClock } from '../../src/testing/fake-clock.ts';

/** A lab on a bus, a store and a clock of its own. */
export function bench(options: CrucibleOptions = {}) {
  const bus = options.bus ?? createBus();
  const store = options.store ?? memoryStore();
  const clock = fakeClock();
  const lab = createCrucible({ clock, random: seededRandom('bench'), ...options, bus, store });
  return { bus, store, clock, lab };
}

export async function recordsOf(experiment: Experiment): Promise<EventRecord[]> {
  const records: EventRecord[] = [];
  for await (const record of experiment.records()) records.push(record);
  return records;
}

/** The names of an experiment's events, in order. */
export async function namesOf(experiment: Experiment): Promise<string[]> {
  return (await recordsOf(experiment)).map((record) => record.event_name);
}

export function accountedFor(ledger: LedgerCounts): number {
  const dropped = Object.values(ledger.dropped).reduce((sum, count) => sum + count, 0);
  return ledger.stored + ledger.sampled_out + dropped;
}

/** Every event of the experiment is accounted for, and what counts as stored can be read back. */
export async function expectBalanced(experiment: Experiment): Promise<void> {
  const ledger = await experiment.ledgerAll();
  expect(accountedFor(ledger), `${experiment.id} ${JSON.stringify(ledger)}`).toBe(ledger.emitted);
  expect((await recordsOf(experiment)).length).toBe(ledger.stored);
}

/** What an experiment dropped, without the reasons that it did not meet. */
export function droppedOf(experiment: Experiment): Record<string, number> {
  return Object.fromEntries(Object.entries(experiment.ledger().dropped).filter(([, count]) => count > 0));
}

/** Resolves when callbacks, promises and immediates that are due have run. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

export async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'nothing was thrown';
}
