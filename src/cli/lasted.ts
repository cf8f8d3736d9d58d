import type { ListedExperiment } from '../lab/observed-status.ts';
import type { WriterState } from '../stores/store.ts';

/** A stretch of time in microseconds since the Unix epoch. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * For how long an experiment was collected, in seconds: its phases, so without pauses, as far as some writer was at work in them,
 * which after a crash is up to its last sign of life. Of an imported one the time from its first to its last event.
 *
 * @param now Microseconds since the Unix epoch, for what is still going on.
 */
export function lastedSeconds(
  { phases, metadata }: Pick<ListedExperiment, 'phases' | 'metadata'>,
  writers: readonly WriterState[],
  now: number,
): number {
  const data = importedStretch(metadata);
  if (data) return (data.to - data.from) / 1e6;
  const work = joined(
    writers.map(({ opened_at, seen_at, status }) => ({ from: opened_at, to: status === 'open' ? now : seen_at })),
  );
  let micros = 0;
  for (const { started_at, ended_at } of phases) {
    for (const { from, to } of work) micros += Math.max(0, Math.min(to, ended_at ?? now) - Math.max(from, started_at));
  }
  return micros / 1e6;
}

// Several writers at once are one stretch.
function joined(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const next of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last && next.from <= last.to) result[result.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
    else result.push(next);
  }
  return result;
}

function importedStretch({ imported }: Readonly<Record<string, unknown>>): Stretch | undefined {
  if (typeof imported !== 'object' || imported === null) return undefined;
  const { first_at, last_at } = imported as Readonly<Record<string, unknown>>;
  return typeof first_at === 'number' && typeof last_at === 'number' ? { from: first_at, to: last_at } : undefined;
}
