import { ColumnBatch } from '../../record/batch.ts';
import { fieldIndex } from '../../record/fields.ts';
import type { Recorder } from '../../record/recorder.ts';
import type { BatchSchema } from '../../record/schema.ts';
import type { RandomStream } from '../../stats/random.ts';
import { ReservoirDraw } from '../../stats/sampling/reservoir.ts';

// A small reservoir takes little memory, and a large one grows with what is in it.
const CHUNK_ROWS = 256;
const NOWHERE = -1;
const INCLUSION_PROBABILITY = fieldIndex('inclusion_probability');

/** Rows of one writer held in memory, of which any number may have come: only those that are taken are copied. */
export class RowReservoir {
  readonly #schema: BatchSchema;
  readonly #draw: ReservoirDraw;
  readonly #stream: RandomStream;
  #chunks: ColumnBatch[] = [];
  /** By place in the sample: where its row is. */
  #rows: number[] = [];
  // A row is written beside the one it replaces, so that nothing is lost where writing it fails.
  #spare = 0;
  #used = 1;
  #closed = false;

  constructor(size: number, schema: BatchSchema, stream: RandomStream) {
    this.#schema = schema;
    this.#draw = new ReservoirDraw(size, stream);
    this.#stream = stream;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Shows it the captured event; true when it was taken and no other let go for it. Throws when the row could not be copied. */
  offer(recorder: Recorder): boolean {
    const place = this.#draw.next();
    if (place < 0) return false;
    const row = this.#spare;
    const chunk = this.#chunkOf(row);
    chunk.clearRow(row % CHUNK_ROWS);
    recorder.copyTo(chunk, row % CHUNK_ROWS);
    while (this.#rows.length <= place) this.#rows.push(NOWHERE);
    const before = this.#rows[place]!;
    this.#rows[place] = row;
    this.#spare = before === NOWHERE ? this.#used++ : before;
    return before === NOWHERE;
  }

  /**
   * Closes it and hands over each row that it holds, with the probability that all of them had. They come in random order: what a full
   * store refuses of them is then no other kind of rows than what it takes.
   */
  close(take: (batch: ColumnBatch, row: number) => void): void {
    if (this.#closed) return;
    this.#closed = true;
    const { inclusionProbability } = this.#draw;
    const rows = this.#rows.filter((row) => row !== NOWHERE);
    // Fisher and Yates: each row is drawn from those that are left.
    for (let left = rows.length; left > 0; left--) {
      const drawn = this.#stream.below(left);
      const at = rows[drawn]!;
      rows[drawn] = rows[left - 1]!;
      const row = at % CHUNK_ROWS;
      const chunk = this.#chunkOf(at);
      const inclusion = chunk.allocate(INCLUSION_PROBABILITY);
      // An event that had been sampled before it was ingested came with one of its own.
      const own = inclusion.get(row);
      inclusion.setNumber(row, typeof own === 'number' ? own * inclusionProbability : inclusionProbability);
      take(chunk, row);
    }
    this.#chunks = [];
    this.#rows = [];
  }

  #chunkOf(row: number): ColumnBatch {
    const at = Math.floor(row / CHUNK_ROWS);
    while (this.#chunks.length <= at) this.#chunks.push(new ColumnBatch(this.#schema, CHUNK_ROWS, 0));
    return this.#chunks[at]!;
  }
}
