import type { AnomalyWatch, WatchAnomaliesOptions, WatchedAnomaly } from '../analysis/anomalies/anomaly-watch.ts';
import { CrucibleError, show } from '../core/errors.ts';
import { requireOptions } from '../core/options.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import { tailOf } from '../stores/scan-tail.ts';
import type { NewRows, ScanOptions, StoreTail } from '../stores/store.ts';
import type { LabContext } from './context.ts';
import { follow, isGone } from './following.ts';

/** So many of the last records are taken in first, so that the first new one can be judged. */
const LOOK_BACK = 2000;

/** The anomalies among the records that come to an experiment from now on, until it has ended or one of the signals aborts. */
export function watchAnomalies(
  lab: LabContext,
  state: ExperimentState,
  options: WatchAnomaliesOptions,
  until: { readonly signal?: AbortSignal },
  closing: AbortSignal,
): AsyncGenerator<WatchedAnomaly> {
  return watchedSince(lab.clock.nowMicros(), lab, state, options, until, closing);
}

async function* watchedSince(
  since: number,
  lab: LabContext,
  state: ExperimentState,
  options: WatchAnomaliesOptions,
  until: { readonly signal?: AbortSignal },
  closing: AbortSignal,
): AsyncGenerator<WatchedAnomaly> {
  const signal = either(until, closing);
  const { AnomalyWatch } = await import('../analysis/anomalies/anomaly-watch.ts');
  const watch = new AnomalyWatch(state, options);
  let tail: StoreTail | undefined;
  try {
    if (signal.aborted) return;
    tail = await tailOf(lab.store, state.id);
    await lookBack(watch, since, tail, lab, state.id, options);
    yield* anomaliesIn(watch, cameMeanwhile(since, tail, lab, state.id));
    yield* anomaliesIn(watch, added(tail, lab, state.id, signal));
  } catch (error) {
    // What was deleted or closed has ended.
    if (!signal.aborted && !isGone(error)) throw error;
  } finally {
    tail?.close();
  }
}

function either(until: { readonly signal?: AbortSignal }, closing: AbortSignal): AbortSignal {
  requireOptions('What ends watchAnomalies', until, ['signal']);
  const { signal } = until;
  if (signal === undefined) return closing;
  if (signal instanceof AbortSignal) return AbortSignal.any([signal, closing]);
  throw new CrucibleError('invalid_argument', `The signal of watchAnomalies is ${show(signal)}.`, {
    hint: 'Give the signal of an AbortController.',
  });
}

async function lookBack(
  watch: AnomalyWatch,
  since: number,
  tail: StoreTail,
  { store, clock }: LabContext,
  id: string,
  { where }: WatchAnomaliesOptions,
): Promise<void> {
  const { latestRows } = await import('../analysis/query-window.ts');
  const scan = (options: ScanOptions) => store.scan(id, options);
  for (const { batch, row, timestamp } of await latestRows({ scan, clock }, LOOK_BACK, where)) {
    if (timestamp < since && tail.hasPassed(batch.schema.writerId, batch.firstSequence + row)) watch.take(batch, row);
  }
}

/** What was recorded between the call and the opening of the tail, which does not have it. */
async function* cameMeanwhile(
  since: number,
  tail: StoreTail,
  { store }: LabContext,
  id: string,
): AsyncGenerator<NewRows> {
  for await (const batch of store.scan(id, { range: { from: since, to: Number.POSITIVE_INFINITY } })) {
    for (let row = 0; row < batch.rows; row++) {
      const isNew = batch.timestamp(row) >= since;
      if (isNew && tail.hasPassed(batch.schema.writerId, batch.firstSequence + row)) {
        yield { batch, from: row, to: row + 1 };
      }
    }
  }
}

async function* added(
  tail: StoreTail,
  { store }: LabContext,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<NewRows> {
  for await (const came of follow(store, id, tail, signal)) if (came.kind === 'rows') yield came;
}

async function* anomaliesIn(watch: AnomalyWatch, rows: AsyncIterable<NewRows>): AsyncGenerator<WatchedAnomaly> {
  for await (const { batch, from, to } of rows) {
    for (let row = from; row < to; row++) {
      const found = watch.take(batch, row);
      if (found) yield found;
    }
  }
}
