import type { ColumnBatch } from '../../record/batch.ts';

/** How far each writer had come when an experiment was read, so that a second reading of a growing one ends at the same rows. */
export class Extent {
  readonly #ends = new Map<string, number>();

  /** Notes the complete rows of a batch and returns their number. */
  note(batch: ColumnBatch): number {
    const { rows } = batch;
    const writer = writerOf(batch);
    const end = batch.firstSequence + rows;
    if (end > (this.#ends.get(writer) ?? 0)) this.#ends.set(writer, end);
    return rows;
  }

  /** How many of a batch's first rows had been there. */
  rowsOf(batch: ColumnBatch): number {
    const end = this.#ends.get(writerOf(batch)) ?? 0;
    return Math.min(batch.rows, Math.max(0, end - batch.firstSequence));
  }
}

function writerOf({ schema }: ColumnBatch): string {
  return `${schema.experiment.id}\n${schema.writerId}`;
}
