import { createRequire } from 'node:module';
import type { DuckDBDataChunk } from '@duckdb/node-api';

// DuckDB's vectors as they lie in memory. The library's own accessors take a call and a bigint for every cell, which is ten times
// the work; these fields are its private ones, and hold for the version that package.json pins.
interface RawVector {
  readonly items?: Float64Array;
  readonly dataView?: DataView;
  readonly validity: { readonly data: BigUint64Array | null };
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

/** Reads bytes of DuckDB's own memory: those behind the pointer that lies at an offset of a buffer. */
type ReadPointer = (buffer: ArrayBufferLike, offset: number, bytes: number) => Uint8Array;

// The native part belongs to @duckdb/node-api, from where it has to be looked up.
let readPointer: ReadPointer | undefined;
function pointerReader(): ReadPointer {
  if (readPointer) return readPointer;
  const require = createRequire(createRequire(import.meta.url).resolve('@duckdb/node-api'));
  readPointer = (require('@duckdb/node-bindings') as { get_data_from_pointer: ReadPointer }).get_data_from_pointer;
  return readPointer;
}

/** Rows of a chunk at most. */
export const VECTOR_ROWS = 2048;

const SLOTS = 8192;
const MOST_KNOWN = 4096;
/** Bytes of a text's entry in a vector. */
export const TEXT_BYTES = 16;
/** Texts up to this many bytes lie in the vector itself, behind their length, longer ones behind a pointer. */
export const INLINE_BYTES = 12;
const MOST_KEPT_BYTES = 256;
// Far less than a page of memory: between two texts that are no further apart there is nothing that must not be read.
const MOST_APART = 64;
const NO_BYTES = Buffer.alloc(0);

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
  /** Texts that lie one behind the other in DuckDB's memory, where they begin, and the row after the last of them. */
  #heap: Buffer = NO_BYTES;
  /** The same as one text, where a byte is a character. */
  #heapText: string | undefined;
  #heapStart = 0;
  #heapEndRow = 0;
  readonly #passing: boolean;

  /** @param passing Whether texts are looked at and let go: they may then be parts of a long one, which is faster, but keeps that one alive. */
  constructor(passing = false) {
    this.#passing = passing;
  }

  /** Writes the texts of a column to `target`, null where there is none. */
  read(chunk: DuckDBDataChunk, column: number, target: (string | null)[]): void {
    const { view, words, validity } = textVector(chunk, column);
    const rows = words.length >> 2;
    this.#chunk++;
    this.#heapEndRow = 0;
    for (let row = 0; row < rows; row++) {
      if (!isValid(validity, row)) target[row] = null;
      else if (words[row * 4]! <= INLINE_BYTES) target[row] = this.#known(view, words, row, 0);
      else target[row] = this.#long(view, words, validity, row);
    }
    this.#heap = NO_BYTES;
    this.#heapText = undefined;
  }

  // Texts that differ are mostly stored one behind the other: one look at DuckDB's memory for many of them, since one look takes
  // longer than decoding a text. Those that repeat all over the place are known by where they are.
  #long(view: DataView, words: Uint32Array, validity: Validity, row: number): string {
    if (row >= this.#heapEndRow && !this.#findHeap(view, words, validity, row)) {
      return words[row * 4]! > MOST_KEPT_BYTES ? decoded(view, words, row) : this.#known(view, words, row, this.#chunk);
    }
    const from = pointerAt(words, row) - this.#heapStart;
    const end = from + words[row * 4]!;
    return this.#heapText === undefined ? this.#heap.toString('utf8', from, end) : this.#heapText.slice(from, end);
  }

  #findHeap(view: DataView, words: Uint32Array, validity: Validity, first: number): boolean {
    const { end, endRow, texts } = runOfTexts(words, validity, first);
    if (texts === 1) return false;
    const start = pointerAt(words, first);
    const bytes = bytesBehind(view, first, end - start);
    this.#heap = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // As many characters as bytes: no character takes more than one, whatever lies between the texts.
    const text = this.#passing ? this.#heap.toString('utf8') : '';
    this.#heapText = text.length === this.#heap.length ? text : undefined;
    this.#heapStart = start;
    this.#heapEndRow = endRow;
    return true;
  }

  #known(view: DataView, words: Uint32Array, row: number, chunk: number): string {
    const at = row * 4;
    const length = words[at]!;
    const a = words[at + 1]!;
    const b = words[at + 2]!;
    const c = words[at + 3]!;
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
    const text = decoded(view, words, row);
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

// The library's own decoder takes a byte order mark for none of the text: two ids that differ by one would become the same.
function decoded(view: DataView, words: Uint32Array, row: number): string {
  const length = words[row * 4]!;
  const bytes =
    length <= INLINE_BYTES
      ? new Uint8Array(view.buffer, view.byteOffset + row * TEXT_BYTES + 4, length)
      : bytesBehind(view, row, length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('utf8');
}

/** A VARCHAR column as it lies in memory: four words for each row, and which rows have a text. Valid until the chunk is let go. */
export interface TextVector {
  readonly view: DataView;
  readonly words: Uint32Array;
  readonly validity: Validity;
}

export function textVector(chunk: DuckDBDataChunk, column: number): TextVector {
  const vector = rawVector(chunk, column);
  const view = vector.dataView!;
  const words = new Uint32Array(view.buffer, view.byteOffset, (view.byteLength / TEXT_BYTES) * 4);
  return { view, words, validity: validityOf(vector) };
}

/** Where a text that is not in the vector itself lies. */
export function pointerAt(words: Uint32Array, row: number): number {
  return words[row * 4 + 2]! + words[row * 4 + 3]! * 2 ** 32;
}

/** So many of the bytes from where the text of a row lies. */
export function bytesBehind(view: DataView, row: number, bytes: number): Uint8Array {
  return pointerReader()(view.buffer, view.byteOffset + row * TEXT_BYTES + 8, bytes);
}

/**
 * The long texts from the one of row `first` on that lie one behind the other in DuckDB's memory: where they end, the row after them, and
 * how many they are.
 */
export function runOfTexts(
  words: Uint32Array,
  validity: Validity,
  first: number,
): { end: number; endRow: number; texts: number } {
  let end = pointerAt(words, first) + words[first * 4]!;
  let row = first + 1;
  let texts = 1;
  for (const rows = words.length >> 2; row < rows; row++) {
    const length = words[row * 4]!;
    if (length <= INLINE_BYTES || !isValid(validity, row)) continue;
    const pointer = pointerAt(words, row);
    if (pointer < end || pointer - end > MOST_APART) break;
    end = pointer + length;
    texts++;
  }
  return { end, endRow: row, texts };
}

function rawVector(chunk: DuckDBDataChunk, column: number): RawVector {
  return chunk.getColumnVector(column) as unknown as RawVector;
}

function validityOf({ validity: { data } }: RawVector): Validity {
  return data ? new Uint32Array(data.buffer, data.byteOffset, data.length * 2) : undefined;
}
