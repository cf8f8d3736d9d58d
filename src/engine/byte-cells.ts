import type { DuckDBDataChunk } from '@duckdb/node-api';
import { ByteTexts } from '../record/byte-texts.ts';
import {
  bytesBehind,
  INLINE_BYTES,
  isValid,
  pointerAt,
  runOfTexts,
  TEXT_BYTES,
  textVector,
  VECTOR_ROWS,
} from './vectors.ts';

/** Reads VARCHAR columns without making strings. */
export class ByteCells {
  /** Those of the chunk read last. */
  readonly texts: ByteTexts = new ByteTexts(VECTOR_ROWS);
  /** Where a text that rows may share begins, by where it lies in DuckDB's memory. */
  readonly #shared = new Map<number, number>();

  read(chunk: DuckDBDataChunk, column: number): void {
    const { view, words, validity } = textVector(chunk, column);
    const rows = words.length >> 2;
    const { texts } = this;
    texts.clear();
    this.#shared.clear();
    let vector = -1;
    let runEnd = 0;
    let shift = 0;
    for (let row = 0; row < rows; row++) {
      const length = words[row * 4]!;
      let start = -1;
      if (isValid(validity, row)) {
        if (length <= INLINE_BYTES) {
          // All short texts lie in the vector.
          if (vector < 0) vector = texts.append(new Uint8Array(view.buffer, view.byteOffset, rows * TEXT_BYTES));
          start = vector + row * TEXT_BYTES + 4;
        } else if (row < runEnd) {
          start = pointerAt(words, row) + shift;
        } else {
          const pointer = pointerAt(words, row);
          const shared = this.#shared.get(pointer);
          if (shared === undefined) {
            const run = runOfTexts(words, validity, row);
            start = texts.append(bytesBehind(view, row, run.end - pointer));
            if (run.texts === 1) this.#shared.set(pointer, start);
            runEnd = run.endRow;
            shift = start - pointer;
          } else {
            start = shared;
          }
        }
      }
      texts.starts[row] = start;
      texts.ends[row] = start + length;
    }
  }
}
