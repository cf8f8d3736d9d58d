import { setTimeout as sleep } from 'node:timers/promises';
import { CrucibleError } from '../core/errors.ts';
import type { NewRows, Store, StoreTail } from '../stores/store.ts';

/** What happens to an experiment that is followed. */
export type Followed =
  | ({ readonly kind: 'rows' } & NewRows)
  /** Nobody writes to it now, and it has not ended: said once each time it comes to that. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ended'; readonly as: 'stopped' | 'archived' | 'deleted' };

const LOOK_EVERY_MS = 200;

/**
 * What comes to an experiment from where its tail stands, by whichever process, until it has ended and its last writer is closed, or the
 * signal aborts. The last that comes is how it ended; nothing comes last where the signal did it.
 */
export async function* follow(
  store: Store,
  id: string,
  tail: StoreTail,
  signal?: AbortSignal,
): AsyncGenerator<Followed> {
  let waits = false;
  try {
    while (!signal?.aborted) {
      // Looked at before the reading, so that nothing can come after the last of it.
      const state = await store.load(id);
      if (!state) return yield { kind: 'ended', as: 'deleted' };
      const isOpen = (await store.writers(id)).some(({ status }) => status === 'open');
      for await (const rows of tail.read()) yield { kind: 'rows', ...rows };
      const { status } = state;
      if (!isOpen && (status === 'stopped' || status === 'archived')) return yield { kind: 'ended', as: status };
      if (!isOpen && !waits) yield { kind: 'waiting' };
      waits = !isOpen;
      await sleep(LOOK_EVERY_MS, undefined, signal && { signal });
    }
  } catch (error) {
    if (signal?.aborted) return;
    if (!isGone(error)) throw error;
    // Deleted since it was looked at.
    yield { kind: 'ended', as: 'deleted' };
  }
}

/** Whether an error says that the experiment is no longer there. */
export function isGone(error: unknown): boolean {
  return error instanceof CrucibleError && error.code === 'experiment_not_found';
}
