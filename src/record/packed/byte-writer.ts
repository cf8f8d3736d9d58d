import type { PackedSpace } from './packed-layout.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
const ZERO = 48;
const MINUS = 45;
/** Whole numbers below it are written digit by digit, in two halves that fit 32 bits. */
const MAX_WHOLE = 9e15;
const SPLIT = 1e8;
const SPLIT_DIGITS = 8;

const FOUR_ONES = 0x01010101;
const FOUR_SPACES = SPACE * FOUR_ONES;
const FOUR_QUOTES = QUOTE * FOUR_ONES;
const FOUR_BACKSLASHES = BACKSLASH * FOUR_ONES;
const HIGH_BITS = 0x80808080 | 0;
/** From there on copying in one go is faster. */
const LONG_BYTES = 120;

const FEW_CHARACTERS = 64;

/** Writes a text as UTF-8 and returns its bytes. For a few characters a loop is faster than a call into the runtime. */
export function writeText(bytes: Buffer, text: string, start: number): number {
  if (text.length >= FEW_CHARACTERS) return bytes.write(text, start, 'utf8');
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return bytes.write(text, start, 'utf8');
    bytes[start + i] = unit;
  }
  return text.length;
}

/** Text in the making, as bytes of UTF-8. Room is made by the caller, once for many values. */
export class ByteWriter {
  bytes: Buffer;
  /** How much of `bytes` is written. */
  at = 0;

  constructor(bytes: number) {
    this.bytes = Buffer.allocUnsafe(bytes);
  }

  /** Makes sure that so many bytes may follow. */
  reserve(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + bytes));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  byte(byte: number): void {
    this.bytes[this.at++] = byte;
  }

  /** Copies bytes from somewhere else. For a few of them a loop is faster than a call into the runtime. */
  copy(from: Uint8Array, start: number, end: number): void {
    const { bytes } = this;
    let { at } = this;
    if (end - start < 100) {
      for (let i = start; i < end; i++) bytes[at++] = from[i]!;
    } else {
      bytes.set(from.subarray(start, end), at);
      at += end - start;
    }
    this.at = at;
  }

  all(from: Uint8Array): void {
    this.bytes.set(from, this.at);
    this.at += from.length;
  }

  text(text: string): void {
    this.at += writeText(this.bytes, text, this.at);
  }

  /**
   * Writes UTF-8 as a string of JSON; false, with nothing written, when a character of it must be escaped. The text begins at a
   * whole word.
   */
  quoted({ words, bytes: from }: PackedSpace, start: number, end: number): boolean {
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = QUOTE;
    const lastWord = end >> 2;
    const isLong = end - start > LONG_BYTES;
    for (let i = start >> 2; i < lastWord; i++) {
      const word = words[i]!;
      const quotes = word ^ FOUR_QUOTES;
      const backslashes = word ^ FOUR_BACKSLASHES;
      // Any of four bytes below a bound at once: Mycroft's test.
      const found =
        ((word - FOUR_SPACES) & ~word) | ((quotes - FOUR_ONES) & ~quotes) | ((backslashes - FOUR_ONES) & ~backslashes);
      if ((found & HIGH_BITS) !== 0) return false;
      if (isLong) continue;
      bytes[at] = word;
      bytes[at + 1] = word >> 8;
      bytes[at + 2] = word >> 16;
      bytes[at + 3] = word >> 24;
      at += 4;
    }
    if (isLong) {
      bytes.set(from.subarray(start, lastWord * 4), at);
      at += lastWord * 4 - start;
    }
    for (let i = lastWord * 4; i < end; i++) {
      const byte = from[i]!;
      if (byte < SPACE || byte === QUOTE || byte === BACKSLASH) return false;
      bytes[at++] = byte;
    }
    bytes[at++] = QUOTE;
    this.at = at;
    return true;
  }

  /** Writes a whole number of moderate size; false, with nothing written, for any other, −0 included. */
  integer(value: number): boolean {
    if (!(value > -MAX_WHOLE && value < MAX_WHOLE) || Math.trunc(value) !== value || Object.is(value, -0)) return false;
    if (value < 0) this.byte(MINUS);
    const size = Math.abs(value);
    // Arithmetic of 32 bits is the faster one.
    const high = size < SPLIT ? 0 : Math.floor(size / SPLIT);
    const low = (size - high * SPLIT) | 0;
    if (high > 0) this.#digits(high | 0, digitsOf(high));
    this.#digits(low, high > 0 ? SPLIT_DIGITS : digitsOf(low));
    return true;
  }

  #digits(value: number, count: number): void {
    const { bytes } = this;
    this.at += count;
    let rest = value;
    for (let at = this.at - 1; count > 0; count--) {
      const next = (rest / 10) | 0;
      bytes[at--] = ZERO + rest - next * 10;
      rest = next;
    }
  }
}

function digitsOf(value: number): number {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count++;
  return count;
}
