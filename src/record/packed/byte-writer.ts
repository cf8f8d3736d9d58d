const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
const ZERO = 48;
const MINUS = 45;
/** Whole numbers below it are written digit by digit. */
const MAX_DIGITS = 9e15;

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
  readonly #digits = new Uint8Array(20);

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
    this.copy(from, 0, from.length);
  }

  text(text: string): void {
    this.at += writeText(this.bytes, text, this.at);
  }

  /** Writes UTF-8 as a string of JSON; false, with nothing written, when a character of it must be escaped. */
  quoted(from: Uint8Array, start: number, end: number): boolean {
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = QUOTE;
    for (let i = start; i < end; i++) {
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
    if (!(value > -MAX_DIGITS && value < MAX_DIGITS) || Math.trunc(value) !== value || Object.is(value, -0))
      return false;
    const digits = this.#digits;
    let rest = Math.abs(value);
    let count = 0;
    // Beyond 32 bits the slower arithmetic of doubles.
    while (rest > 0x7fffffff) {
      const next = Math.floor(rest / 10);
      digits[count++] = rest - next * 10;
      rest = next;
    }
    let small = rest | 0;
    do {
      const next = (small / 10) | 0;
      digits[count++] = small - next * 10;
      small = next;
    } while (small > 0);
    if (value < 0) this.byte(MINUS);
    while (count > 0) this.bytes[this.at++] = ZERO + digits[--count]!;
    return true;
  }
}
