import type { ByteTexts } from '../../record/byte-texts.ts';
import { type Column, ColumnKind } from '../../record/column.ts';
import type { Dictionary } from '../../record/dictionary.ts';

/** Words before those of a text: its length in bytes, negative for UTF-16, and its number. */
const HEAD = 2;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Numbers from 0 for the texts of columns: a text has the same number in every batch, whoever wrote it. Texts are kept as bytes in one list
 * of words with a table of where each begins: a million names take 70 MB, and 110 MB and twice as long as strings in a Map, not
 * counting that bytes need not become strings first.
 */
export class TextIds {
  #words = new Int32Array(256);
  #used = 0;
  /** Of each number, where its words begin. */
  #places = new Int32Array(64);
  #count = 0;
  /** For each slot a hash and, from 1, where the words begin; 0 where it is free. */
  #slots = new Int32Array(256);
  /** Where the words begin of the text after the one found last. */
  #next = 0;
  /** The words of the text at hand. */
  #text = new Int32Array(64);
  readonly #texts: string[] = [];
  readonly #byCode = new WeakMap<Dictionary, number[]>();

  /** How many different ones there are so far. */
  get count(): number {
    return this.#count;
  }

  /** All of them by their numbers, as strings: for few. */
  get texts(): readonly string[] {
    while (this.#texts.length < this.#count) this.#texts.push(this.text(this.#texts.length));
    return this.#texts;
  }

  /** To be called when all columns were read: lets go of what finds the number of a text and, unless they are kept, of the texts. */
  complete(keepTexts: boolean): void {
    this.#slots = new Int32Array(0);
    this.#words = this.#words.slice(0, keepTexts ? this.#used : 0);
    if (!keepTexts) this.#places = new Int32Array(0);
  }

  text(id: number): string {
    const place = this.#places[id]!;
    const length = this.#words[place]!;
    const bytes = Buffer.alloc(Math.abs(length));
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.#words[place + HEAD + (i >> 2)]! >>> ((i & 3) << 3);
    return bytes.toString(length < 0 ? 'utf16le' : 'utf8');
  }

  id(text: string): number {
    const { length } = text;
    this.#makeRoom(length);
    const words = this.#text;
    let word = 0;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return this.#encodedId(text);
      word |= code << ((i & 3) << 3);
      if ((i & 3) === 3) {
        words[i >> 2] = word;
        word = 0;
      }
    }
    if ((length & 3) !== 0) words[length >> 2] = word;
    return this.#find(length, (length + 3) >> 2);
  }

  /** Writes the numbers of the first `rows` texts of a column to `target`, −1 where there is none. */
  read(column: Column | undefined, rows: number, target: Int32Array): void {
    if (column === undefined) {
      target.fill(-1, 0, rows);
    } else if (column.byteTexts) {
      this.#readBytes(column.byteTexts, rows, target);
    } else if (column.readCodes(rows, target)) {
      this.#translate(column.dictionary, rows, target);
    } else if (column.kind === ColumnKind.CONSTANT) {
      target.fill(this.#idOf(column.get(0)), 0, rows);
    } else {
      for (let row = 0; row < rows; row++) target[row] = this.#idOf(column.get(row));
    }
  }

  #readBytes({ bytes, starts, ends }: ByteTexts, rows: number, target: Int32Array): void {
    for (let row = 0; row < rows; row++) {
      const start = starts[row]!;
      target[row] = start < 0 ? -1 : this.#bytesId(bytes, start, ends[row]!);
    }
  }

  #translate(dictionary: Dictionary, rows: number, target: Int32Array): void {
    let ids = this.#byCode.get(dictionary);
    if (!ids) {
      ids = [];
      this.#byCode.set(dictionary, ids);
    }
    for (let row = 0; row < rows; row++) {
      const code = target[row]!;
      if (code < 0) continue;
      let id = ids[code];
      if (id === undefined) {
        id = this.id(dictionary.texts[code]!);
        ids[code] = id;
      }
      target[row] = id;
    }
  }

  #idOf(value: unknown): number {
    return typeof value === 'string' ? this.id(value) : -1;
  }

  // UTF-8 has no bytes for half of a surrogate pair.
  #encodedId(text: string): number {
    const isHalf = LONE_SURROGATE.test(text);
    const bytes = Buffer.from(text, isHalf ? 'utf16le' : 'utf8');
    return this.#bytesId(bytes, 0, bytes.length, isHalf ? -bytes.length : bytes.length);
  }

  #bytesId(bytes: Uint8Array, from: number, to: number, length: number = to - from): number {
    this.#makeRoom(to - from);
    const words = this.#text;
    let at = from;
    let size = 0;
    for (; at + 4 <= to; at += 4) {
      words[size++] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    }
    if (at < to) {
      let word = 0;
      for (let i = at; i < to; i++) word |= bytes[i]! << ((i - at) << 3);
      words[size++] = word;
    }
    return this.#find(length, size);
  }

  #makeRoom(bytes: number): void {
    if (bytes > this.#text.length << 2) this.#text = new Int32Array(bytes >> 1);
  }

  /** The number of the text at hand. */
  #find(length: number, size: number): number {
    // What comes again often comes in the order of the first time, such as the samples of another experiment.
    if (this.#next < this.#used && this.#isAt(this.#next, length, size)) return this.#found(this.#next, size);
    const hash = hashOf(this.#text, length, size);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (hash << 1) & mask;
    for (; slots[slot + 1] !== 0; slot = (slot + 2) & mask) {
      if (slots[slot] !== hash) continue;
      const place = slots[slot + 1]! - 1;
      if (this.#isAt(place, length, size)) return this.#found(place, size);
    }
    slots[slot] = hash;
    slots[slot + 1] = this.#used + 1;
    return this.#add(length, size);
  }

  #found(place: number, size: number): number {
    this.#next = place + HEAD + size;
    return this.#words[place + 1]!;
  }

  // From the end: names that are counted differ there.
  #isAt(place: number, length: number, size: number): boolean {
    const known = this.#words;
    if (known[place] !== length) return false;
    const text = this.#text;
    for (let i = size - 1; i >= 0; i--) if (known[place + HEAD + i] !== text[i]) return false;
    return true;
  }

  #add(length: number, size: number): number {
    const place = this.#used;
    const end = place + HEAD + size;
    if (end > this.#words.length) this.#words = grown(this.#words, Math.max(end, place * 2));
    this.#words[place] = length;
    this.#words[place + 1] = this.#count;
    for (let i = 0; i < size; i++) this.#words[place + HEAD + i] = this.#text[i]!;
    this.#used = end;
    this.#next = end;
    if (this.#count === this.#places.length) this.#places = grown(this.#places, this.#count * 2);
    this.#places[this.#count++] = place;
    if (this.#count * 3 > this.#slots.length) this.#spread();
    return this.#count - 1;
  }

  #spread(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    const mask = slots.length - 1;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let slot = (old[from]! << 1) & mask;
      while (slots[slot + 1] !== 0) slot = (slot + 2) & mask;
      slots[slot] = old[from]!;
      slots[slot + 1] = old[from + 1]!;
    }
    this.#slots = slots;
  }
}

function grown(words: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(words);
  return larger;
}

/** MurmurHash3 of 32 bits (Appleby, public domain). */
function hashOf(words: Int32Array, length: number, size: number): number {
  let hash = 0;
  for (let i = 0; i < size; i++) {
    let word = Math.imul(words[i]!, 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    hash ^= Math.imul(word, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
