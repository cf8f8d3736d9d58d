import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { createBus } from '../../../src/bus/bus.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { Experiment } from '../../../src/lab/experiment.ts';
import { createCrucible, type Lab } from '../../../src/lab/lab.ts';
import { type LocalStoreOptions, localStore } from '../../../src/stores/local/local-store.ts';

/** New folders, removed after the tests of the file. */
export function folders(): () => string {
  const root = mkdtempSync(join(tmpdir(), 'crucible-troubles-'));
  afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 10 }));
  return () => mkdtempSync(join(root, 'store-'));
}

/** A lab with a local store and a bus of its own. */
export function openLab(dir: string, options: LocalStoreOptions = {}, clock?: Clock): Lab {
  return createCrucible({ store: localStore({ dir, ...options }), bus: createBus(), ...(clock ? { clock } : {}) });
}

export function eventsOf(dir: string, id: string): string {
  return join(dir, 'experiments', id, 'events');
}

/** The paths of the live segments, by writer and number. */
export function liveOf(dir: string, id: string): string[] {
  const events = eventsOf(dir, id);
  return readdirSync(events)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => join(events, name));
}

/** Executes events that say a number, from `from` up to `to`. */
export function count(experiment: Experiment, from: number, to: number): void {
  for (let number = from; number < to; number++) experiment.execute('troubles.test.counted', { number });
}

/** The numbers that the records say. */
export async function numbersOf(experiment: Experiment): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { measurements } of experiment.records()) numbers.push(measurements.number as number);
  return numbers;
}

export function upTo(to: number, from = 0): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** What is warned of while a test runs. */
export async function warningsOf(work: () => Promise<void>): Promise<string> {
  const warnings: string[] = [];
  const hear = ({ message }: Error) => void warnings.push(message);
  process.on('warning', hear);
  try {
    await work();
    await setTimeout(0);
  } finally {
    process.off('warning', hear);
  }
  return warnings.join('\n');
}

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(20);
}
