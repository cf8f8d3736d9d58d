import type { DuckDBDataChunk } from '@duckdb/node-api';

// DuckDB's vectors as they lie in memory. The library's own accessors take a call and a bigint for every cell, which is ten times
// the work; these fields are its private ones, and hold for the version that package.json pins.
interface RawVector {
  readonly items?: Float64Array;
  readonly dataView?: DataView;
  readonly validity: { readonly data: BigUint64Array | null };
  getItem(row: number): string | null;
}

/** Which rows of a vector have a value: a bit for each. Undefined when all have. */
export type Validity = Uint32Array | undefined;

/** The numbers of a DOUBLE column and which of them are there. Valid until the chunk is let go. */
export function numberCells(chunk: DuckDBDataChunk, column: number): { values: Float64Array; validity: Validity } {
  const vector = rawVector(chunk, column);
  return { values: vector.items!, validity: validityOf(vector) };
}

/** Whether a row has a value. */
export function isValid(validity: Validity, row: number): boolean {
  return validity === undefined || ((validity[row >> 5]! >>> (row & 31)) & 1) === 1;
}

const SLOTS = 8192;
const MOST_KNOWN = 4096;
// Texts up to this many bytes lie in the vector itself, longer ones behind a pointer.
const INLINE_BYTES = 12;
const MOST_KEPT_BYTES = 256;

/**
 * Reads VARCHAR columns. A text that repeats is decoded once: a short one is known by its bytes, a long one, within a chunk, by
 * where it lies, since DuckDB lets all rows of a dictionary page point to the same place.
 */
export class TextCells {
  readonly #keys = new Uint32Array(SLOTS * 4);
  /** The chunk in which the slot was filled; 0 is for short texts, which stay. −1 when it is free. */
  readonly #chunks = new Int32Array(SLOTS).fill(-1);
  readonly #texts: string[] = new Array(SLOTS).fill('');
  #short = 0;
  #chunk = 0;

  /** Writes the texts of a column to `target`, null where there is none. */
  read(chunk: DuckDBDataChunk, column: number, target: (string | null)[]): void {
    const vector = rawVector(chunk, column);
    const view = vector.dataView!;
    const rows = view.byteLength >> 4;
    const words = new Uint32Array(view.buffer, view.byteOffset, rows * 4);
    const validity = validityOf(vector);
    this.#chunk++;
    for (let row = 0; row < rows; row++) {
      target[row] = isValid(validity, row) ? this.#text(vector, words, row) : null;
    }
  }

  #text(vector: RawVector, words: Uint32Array, row: number): string {
    const at = row * 4;
    const length = words[at]!;
    if (length > MOST_KEPT_BYTES) return vector.getItem(row)!;
    const a = words[at + 1]!;
    const b = words[at + 2]!;
    const c = words[at + 3]!;
    const chunk = length <= INLINE_BYTES ? 0 : this.#chunk;
    const slot = (Math.imul(a ^ length, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35)) >>> 19;
    const key = slot * 4;
    const keys = this.#keys;
    if (
      this.#chunks[slot] === chunk &&
      keys[key] === length &&
      keys[key + 1] === a &&
      keys[key + 2] === b &&
      keys[key + 3] === c
    ) {
      return this.#texts[slot]!;
    }
    const text = vector.getItem(row)!;
    if (chunk === 0 && this.#short++ > MOST_KNOWN) return text;
    this.#chunks[slot] = chunk;
    keys[key] = length;
    keys[key + 1] = a;
    keys[key + 2] = b;
    keys[key + 3] = c;
    this.#texts[slot] = text;
    return text;
  }
}

function rawVector(chunk: DuckDBDataChunk, column: number): RawVector {
  return chunk.getColumnVector(column) as unknown as RawVector;
}

function validityOf({ validity: { data } }: RawVector): Validity {
  return data ? new Uint32Array(data.buffer, data.byteOffset, data.length * 2) : undefined;
}
