import type { ColumnBatch } from '../../record/batch.ts';
import type { ScoreMetrics } from '../experiment-metrics.ts';
import { RowKind, type RowReader } from '../rows/row-reader.ts';
import { ValueList } from './value-list.ts';

export const SCORE_EVENT = 'eval.score.recorded';
/** What is read of a score's record. */
export const SCORE_FIELDS: readonly string[] = ['measurements.score', 'metadata.name'];

/** Gathers scores by their name. A yes or no counts as 1 or 0. */
export class ScoreCollection {
  readonly #scores = new Map<string, ValueList>();

  /** Takes the rows that `reader` read. */
  add(batch: ColumnBatch, rows: number, reader: RowReader): void {
    eachScore(batch, rows, reader, (name, value) => this.#of(name).add(value));
  }

  metrics(): Record<string, ScoreMetrics> {
    const names = [...this.#scores.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, metricsOf(this.#scores.get(name)!)]));
  }

  #of(name: string): ValueList {
    let list = this.#scores.get(name);
    if (!list) {
      list = new ValueList();
      this.#scores.set(name, list);
    }
    return list;
  }
}

/** Calls `take` for each score among the rows that the reader read. */
export function eachScore(
  batch: ColumnBatch,
  rows: number,
  { kinds, events }: RowReader,
  take: (name: string, value: number, row: number) => void,
): void {
  const event = events.names.indexOf(SCORE_EVENT);
  if (event < 0) return;
  for (let row = 0; row < rows; row++) {
    if (events.ids[row] !== event || kinds[row] === RowKind.LEFT_OUT) continue;
    const score = batch.value('measurements.score', row);
    if (typeof score !== 'number' && typeof score !== 'boolean') continue;
    const name = batch.value('metadata.name', row);
    take(typeof name === 'string' ? name : 'score', Number(score), row);
  }
}

function metricsOf(list: ValueList): ScoreMetrics {
  const { count, mean, std_dev, min, max } = list.description;
  return { count, mean, std_dev, min, max, non_finite: list.nonFinite };
}
