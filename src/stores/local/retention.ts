import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CrucibleError, show } from '../../core/errors.ts';
import { requireOptions } from '../../core/options.ts';
import type { ExperimentState } from '../experiment-state.ts';
import type { ExperimentFiles } from './experiment-files.ts';

/** How long ended experiments are kept. One that is running or paused is never removed, however old or large. */
export interface Retention {
  /** Days after its end. Default: for ever. */
  readonly days?: number;
  /** What all experiments may take on disk; of those that have ended, the ones that began first go first. Default: no limit. */
  readonly bytes?: number;
}

const DAY_MICROS = 86_400_000_000;

/** Throws `invalid_argument` for what is no retention. */
export function checkedRetention(retention: Retention | undefined): Retention | undefined {
  if (retention === undefined) return undefined;
  requireOptions('retain', retention, ['days', 'bytes']);
  for (const name of ['days', 'bytes'] as const) {
    const value = retention[name];
    if (value === undefined || (typeof value === 'number' && value > 0)) continue;
    throw new CrucibleError('invalid_argument', `retain.${name} is ${show(value)}.`, {
      hint: 'Give a number above 0, or leave it out.',
    });
  }
  return retention;
}

/** The experiments that a retention no longer keeps, at a time in microseconds since the Unix epoch. */
export async function expired(files: ExperimentFiles, retention: Retention, now: number): Promise<ExperimentState[]> {
  const states = await files.list();
  const ended = states.filter(({ status }) => status === 'stopped' || status === 'archived');
  const { days = Number.POSITIVE_INFINITY, bytes } = retention;
  const gone = new Set(ended.filter((state) => now - endOf(state) > days * DAY_MICROS));
  if (bytes !== undefined) {
    const sizes = new Map<ExperimentState, number>();
    for (const state of states) if (!gone.has(state)) sizes.set(state, await sizeOf(files.folder(state.id)));
    let total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const state of ended) {
      if (total <= bytes) break;
      if (gone.has(state)) continue;
      gone.add(state);
      total -= sizes.get(state)!;
    }
  }
  return [...gone];
}

function endOf({ stopped_at, archived_at, started_at }: ExperimentState): number {
  return archived_at ?? stopped_at ?? started_at;
}

async function sizeOf(folder: string): Promise<number> {
  let total = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    total += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return total;
}
