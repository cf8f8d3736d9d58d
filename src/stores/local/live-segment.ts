import { open } from 'node:fs/promises';
import type { ColumnBatch } from '../../record/batch.ts';
import { BatchBuilder } from '../../record/batch-builder.ts';
import type { BatchSchema } from '../../record/schema.ts';
import { lineBlocks } from './line-blocks.ts';
import { type Rejects, SegmentLines } from './segment-lines.ts';

export interface LiveSegmentOptions {
  /** Where in the file to begin; a line must begin there. Default 0. */
  readonly offset?: number;
  /** The last sequence that is known already: what does not come after it counts as doubled. Default: none. */
  readonly after?: number;
}

/** Reads a live segment up to its last whole line, and again from there when more has come. */
export class LiveSegment {
  /** After the last whole line that was read. */
  offset: number;
  readonly #path: string;
  readonly #builder: BatchBuilder;
  readonly #lines: SegmentLines;

  constructor(path: string, schema: BatchSchema, options: LiveSegmentOptions = {}) {
    this.#path = path;
    this.#builder = new BatchBuilder(schema);
    this.#lines = new SegmentLines(schema.writerId, options.after);
    this.offset = options.offset ?? 0;
  }

  /** The last good sequence that was read; −1 when there was none. */
  get lastSequence(): number {
    return this.#lines.lastSequence;
  }

  /** What was left out so far. `torn` is 1 while something follows the last whole line. */
  get rejects(): Readonly<Rejects> {
    return this.#lines.rejects;
  }

  /**
   * The records that have come, as batches: those in the file when it is reached, not what is written meanwhile. Rejects with
   * what the system says, such as `ENOENT` once the segment was sealed; a file that is removed while it is read is read on.
   */
  async *read(): AsyncGenerator<ColumnBatch> {
    const builder = this.#builder;
    const lines = this.#lines;
    const full: ColumnBatch[] = [];
    const file = await open(this.#path, 'r');
    try {
      lines.rejects.torn = 0;
      for await (const block of lineBlocks(file, this.#path, this.offset)) {
        if (!block.whole) {
          lines.rejects.torn = 1;
          break;
        }
        lines.read(block, (record) => {
          if (!builder.fits(record.sequence!)) full.push(builder.take()!);
          builder.add(record);
        });
        this.offset = block.offset + block.bytes.length;
        for (const batch of full.splice(0)) yield batch;
      }
      const last = builder.take();
      if (last) yield last;
    } finally {
      await file.close();
    }
  }
}
