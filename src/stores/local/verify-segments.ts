import { stat } from 'node:fs/promises';
import type { ColumnBatch } from '../../record/batch.ts';
import type { BatchSchema } from '../../record/schema.ts';
import { isAsSealed } from './checksum.ts';
import { LiveSegment } from './live-segment.ts';
import type { SealedFiles } from './sealed-files.ts';
import { SealedSegmentReader } from './sealed-segment.ts';
import { isDamage } from './segment-sources.ts';
import type { Finding, VerifiedSegment } from './verify-experiment.ts';

export interface SegmentCheckOptions {
  /** Whether somebody may be writing: then an unfinished last line is nothing. */
  readonly isOpen: boolean;
  readonly damage: Finding[];
  readonly notes: Finding[];
}

/** Reads the segments of one writer in their order and says what is wrong with them. */
export class SegmentCheck {
  readonly segments: VerifiedSegment[] = [];
  records = 0;
  readonly #files: SealedFiles;
  readonly #schema: BatchSchema;
  readonly #options: SegmentCheckOptions;
  #next = 0;

  constructor(files: SealedFiles, schema: BatchSchema, options: SegmentCheckOptions) {
    this.#files = files;
    this.#schema = schema;
    this.#options = options;
  }

  /** @param base Path without its ending. */
  async segment(base: string): Promise<void> {
    const live = `${base}.jsonl`;
    // A live segment may be sealed before it is opened.
    for (const _ of [1, 2]) {
      if (await this.#sealed(`${base}.parquet`, live)) return;
      if (await this.#live(live)) return;
    }
  }

  // False when there is no sealed segment, or none that can be read while the live one is still there.
  async #sealed(path: string, live: string): Promise<boolean> {
    const { damage, notes } = this.#options;
    const before = this.records;
    try {
      const footer = await this.#files.footer(path);
      if (!footer) return false;
      const { writerId } = this.#schema;
      if (footer.writer !== writerId)
        damage.push({ path, message: `It says that it is of writer ${footer.writer}, not ${writerId}.` });
      const range = { from: 0, to: Number.MAX_SAFE_INTEGER };
      const batches = this.#files.with((connection) =>
        new SealedSegmentReader(connection, this.#schema, {}).read(footer, footer.groups, range),
      );
      for await (const batch of batches) this.#count(path, batch);
      const read = this.records - before;
      if (read !== footer.rows)
        damage.push({ path, message: `It has ${read} of the ${footer.rows} records it was sealed with.` });
      // While there is the live one, sealing is not done.
      if (await exists(live)) notes.push({ path: live, message: 'It was sealed already; readers ignore it.' });
      else if ((await isAsSealed(path)) === false)
        damage.push({ path, message: 'Bytes of it were changed since it was sealed: its SHA-256 is another one.' });
    } catch (error) {
      if (!isDamage(error)) throw error;
      if (this.records === before && (await exists(live))) {
        notes.push({ path, message: `${error.message} The live segment beside it is read instead.` });
        return false;
      }
      damage.push({ path, message: error.message });
    }
    this.segments.push({ path, kind: 'sealed', records: this.records - before });
    return true;
  }

  // False when it is gone.
  async #live(path: string): Promise<boolean> {
    const { damage, notes, isOpen } = this.#options;
    const before = this.records;
    const segment = new LiveSegment(path, this.#schema, { after: this.#next - 1 });
    try {
      for await (const batch of segment.read()) this.#count(path, batch);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      if (!isDamage(error)) throw error;
      damage.push({ path, message: error.message });
    }
    const { torn, damaged, doubled } = segment.rejects;
    if (damaged > 0) damage.push({ path, message: `${damaged} of its lines are no records.` });
    if (doubled > 0) damage.push({ path, message: `${doubled} of its records are there twice.` });
    if (torn > 0 && !isOpen) notes.push({ path, message: 'Its last line has no end: its writer was interrupted.' });
    this.segments.push({ path, kind: 'live', records: this.records - before });
    return true;
  }

  #count(path: string, batch: ColumnBatch): void {
    const { damage } = this.#options;
    const first = batch.firstSequence;
    if (first > this.#next) {
      const missing = first - this.#next;
      damage.push({
        path,
        message: `${missing} records are missing before it: sequences ${this.#next} to ${first - 1}.`,
      });
    } else if (first < this.#next) {
      damage.push({ path, message: `Records are doubled: sequence ${first} comes after ${this.#next - 1}.` });
    }
    this.#next = Math.max(this.#next, first + batch.rows);
    this.records += batch.rows;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
