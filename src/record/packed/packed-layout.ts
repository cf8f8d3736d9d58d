/** Memory for packed rows, seen as 32-bit words and as bytes. It may be shared between threads. */
export interface PackedSpace {
  readonly words: Int32Array;
  readonly bytes: Buffer;
}

export function packedSpace(buffer: ArrayBuffer | SharedArrayBuffer): PackedSpace {
  return { words: new Int32Array(buffer), bytes: Buffer.from(buffer as ArrayBuffer) };
}

/**
 * How a row is packed: its sequence in two words, the lower one first, then items. An item begins with a word that holds the tag above and the column below, and
 * goes on as its tag says. Texts are a word with their length in bytes and UTF-8, filled up to whole words. Items that announce
 * something come before the first cell that needs it.
 */
export const Tag = {
  /** Two words: a double. */
  NUMBER: 1,
  /** A word: the code of a text that was announced for this column. */
  CODE: 2,
  TRUE: 3,
  FALSE: 4,
  NULL: 5,
  NAN: 6,
  TEXT: 7,
  /** JSON text of any value. */
  VALUE: 8,
  /** A word: the column whose cell this one repeats. */
  COPY: 9,
  /** JSON text of the keys and a value for which there is no column. */
  REST_MEASUREMENTS: 10,
  REST_METADATA: 11,
  /** A word with a code, and its text. */
  NEW_CODE: 12,
  /** JSON text of the path of a new column. */
  NEW_COLUMN: 13,
  /** JSON text of an event's name and category. */
  CATEGORY: 14,
} as const;

/** Bits to shift a tag by, above the column. */
export const TAG_SHIFT = 16;

/** Where the items of a row begin, counted from its first word. */
export const ROW_START = 2;

/** The sequence of the row packed at word `at`. */
export function sequenceAt({ words }: PackedSpace, at: number): number {
  return words[at + 1]! * 0x1_0000_0000 + (words[at]! >>> 0);
}
