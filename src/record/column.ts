import { ByteTexts } from './byte-texts.ts';
import type { Dictionary } from './dictionary.ts';
import { indexIn } from './sparse-rows.ts';

/** What a column's storage is. A cell that was never written is absent, which is not the same as null. */
export const ColumnKind = {
  EMPTY: 0,
  NUMBER: 1,
  CODE: 2,
  FLAG: 3,
  VALUE: 4,
  CONSTANT: 5,
  SPARSE: 6,
  BYTES: 7,
} as const;
export type ColumnKind = (typeof ColumnKind)[keyof typeof ColumnKind];

const { EMPTY, NUMBER, CODE, FLAG, VALUE, CONSTANT, SPARSE, BYTES } = ColumnKind;

// Two NaN bit patterns that no arithmetic yields mark cells without a number, as R does for NA: no validity bitmap is needed,
// and a real NaN stays a value.
const ABSENT_WORD = 0x7ff8c0de;
const NULL_WORD = 0x7ff8c0df;
const ABSENT_BITS = BigInt(ABSENT_WORD) << 32n;
const NAN_WORD = 0x7ff80000;
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

const FIRST_CODE = 2;
const FLAG_NULL = 1;
const FLAG_FALSE = 2;
const FLAG_TRUE = 3;

type Numbers = Float64Array | Int32Array | Uint16Array;

/**
 * One column of a batch: a typed array that takes the form of what is written to it. Numbers are doubles, repeated strings
 * codes of a dictionary, everything else plain values. A column whose cells disagree in type turns into plain values.
 */
export class Column {
  kind: ColumnKind = EMPTY;
  numbers: Numbers = NO_NUMBERS;
  codes: Uint16Array = NO_CODES;
  /** Of a column whose texts are bytes. */
  byteTexts: ByteTexts | undefined;
  readonly dictionary: Dictionary;
  readonly #capacity: number;
  #words: Uint32Array | undefined;
  #flags: Uint8Array = NO_FLAGS;
  #values: unknown[] = NO_VALUES;
  #rows: Uint16Array = NO_CODES;
  #dense: Column | undefined;

  constructor(capacity: number, dictionary: Dictionary) {
    this.#capacity = capacity;
    this.dictionary = dictionary;
  }

  setNumber(row: number, value: number): void {
    if (this.kind === NUMBER || this.#turnInto(NUMBER)) {
      this.numbers[row] = value;
      // Bit patterns of NaN are the host's; ours mean "no number".
      if (Number.isNaN(value)) this.#words![2 * row + HIGH] = NAN_WORD;
    } else {
      this.#setMixed(row, value);
    }
  }

  /** Writes numbers to the cells from `row` on. */
  setNumbers(row: number, values: Float64Array): void {
    if (this.kind !== NUMBER && !this.#turnInto(NUMBER)) {
      for (let i = 0; i < values.length; i++) this.setNumber(row + i, values[i]!);
      return;
    }
    this.numbers.set(values, row);
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i])) this.#words![2 * (row + i) + HIGH] = NAN_WORD;
    }
  }

  setText(row: number, text: string): void {
    if (this.kind === CODE || (this.kind !== VALUE && !this.dictionary.inline && this.#turnInto(CODE))) {
      const code = this.dictionary.code(text);
      if (code >= 0) {
        this.codes[row] = code + FIRST_CODE;
        return;
      }
    }
    this.#setMixed(row, text);
  }

  setFlag(row: number, value: boolean): void {
    if (this.kind === FLAG || this.#turnInto(FLAG)) this.#flags[row] = value ? FLAG_TRUE : FLAG_FALSE;
    else this.#setMixed(row, value);
  }

  /** Keeps a value that has no column type of its own: a list, an integer beyond 2^53. The value must be a snapshot. */
  setValue(row: number, value: unknown): void {
    this.#setMixed(row, value);
  }

  setNull(row: number): void {
    if (this.kind === EMPTY) this.#allocate(FLAG);
    if (this.kind === NUMBER) this.#words![2 * row + HIGH] = NULL_WORD;
    else if (this.kind === CODE) this.codes[row] = 1;
    else if (this.kind === FLAG) this.#flags[row] = FLAG_NULL;
    else this.#values[row] = null;
  }

  /** Writes a snapshot of any type. */
  set(row: number, value: unknown): void {
    if (value === null) this.setNull(row);
    else if (typeof value === 'number') this.setNumber(row, value);
    else if (typeof value === 'string') this.setText(row, value);
    else if (typeof value === 'boolean') this.setFlag(row, value);
    else this.setValue(row, value);
  }

  /** Makes every cell that value. Nothing may be written from then on. */
  fill(value: unknown): void {
    this.#become(CONSTANT, [value]);
  }

  /** Writes rows of texts, as bytes, to the cells from `row` on. Nothing else may be written to the column. */
  setBytes(row: number, texts: ByteTexts, from: number, to: number): void {
    this.kind = BYTES;
    this.byteTexts ??= new ByteTexts(this.#capacity);
    this.byteTexts.copy(row, texts, from, to);
  }

  /** Makes a cell absent again. */
  clear(row: number): void {
    if (this.kind === NUMBER) this.#words![2 * row + HIGH] = ABSENT_WORD;
    else if (this.kind === CODE) this.codes[row] = 0;
    else if (this.kind === FLAG) this.#flags[row] = 0;
    else if (this.kind === VALUE) this.#values[row] = undefined;
  }

  /** Makes the first `rows` cells absent. Plain values lose their storage, so that numbers or codes may take their place. */
  reset(rows: number): void {
    if (this.kind === NUMBER) {
      for (let row = 0; row < rows; row++) this.#words![2 * row + HIGH] = ABSENT_WORD;
    } else if (this.kind === CODE) this.codes.fill(0, 0, rows);
    else if (this.kind === FLAG) this.#flags.fill(0, 0, rows);
    else this.#become(EMPTY, NO_VALUES);
  }

  /** The value of a cell; undefined when it is absent. */
  get(row: number): unknown {
    switch (this.kind) {
      case NUMBER: {
        const value = this.numbers[row]!;
        if (!Number.isNaN(value) || !this.#words) return value;
        const word = this.#words[2 * row + HIGH];
        return word === ABSENT_WORD ? undefined : word === NULL_WORD ? null : Number.NaN;
      }
      case CODE: {
        const code = this.codes[row]!;
        return code >= FIRST_CODE ? this.dictionary.texts[code - FIRST_CODE] : code === 0 ? undefined : null;
      }
      case FLAG: {
        const flag = this.#flags[row]!;
        return flag >= FLAG_FALSE ? flag === FLAG_TRUE : flag === 0 ? undefined : null;
      }
      case VALUE:
        return this.#values[row];
      case CONSTANT:
        return this.#values[0];
      case SPARSE: {
        const at = indexIn(this.#rows, row);
        return at < 0 ? undefined : this.#dense!.get(at);
      }
      case BYTES:
        return this.byteTexts!.get(row);
      default:
        return undefined;
    }
  }

  /**
   * Copies the numbers of the first `rows` cells to `target` from `offset` on, NaN where there is none, and marks in `present`
   * (1 or 0) which cells hold a number. Strings and flags count as no number.
   */
  readNumbers(rows: number, target: Float64Array, present: Uint8Array, offset = 0): void {
    const { numbers } = this;
    const words = this.#words;
    if (this.kind === NUMBER && words) {
      for (let row = 0; row < rows; row++) {
        const value = numbers[row]!;
        target[offset + row] = value;
        present[offset + row] = !Number.isNaN(value) || words[2 * row + HIGH] === NAN_WORD ? 1 : 0;
      }
    } else if (this.kind === NUMBER) {
      for (let row = 0; row < rows; row++) target[offset + row] = numbers[row]!;
      present.fill(1, offset, offset + rows);
    } else if (this.kind === CONSTANT) {
      const value = this.#values[0];
      target.fill(typeof value === 'number' ? value : Number.NaN, offset, offset + rows);
      present.fill(typeof value === 'number' ? 1 : 0, offset, offset + rows);
    } else if (this.kind === SPARSE) {
      target.fill(Number.NaN, offset, offset + rows);
      present.fill(0, offset, offset + rows);
      for (let at = 0; at < this.#rows.length && this.#rows[at]! < rows; at++) {
        const value = this.#dense!.get(at);
        if (typeof value !== 'number') continue;
        target[offset + this.#rows[at]!] = value;
        present[offset + this.#rows[at]!] = 1;
      }
    } else {
      for (let row = 0; row < rows; row++) {
        const value = this.get(row);
        target[offset + row] = typeof value === 'number' ? value : Number.NaN;
        present[offset + row] = typeof value === 'number' ? 1 : 0;
      }
    }
  }

  /** Copies the flags of the first `rows` cells to `target`: 2 for true, 1 for false, 0 where there is none. */
  readFlags(rows: number, target: Uint8Array): void {
    if (this.kind === FLAG) {
      const flags = this.#flags;
      for (let row = 0; row < rows; row++) target[row] = flags[row]! > FLAG_NULL ? flags[row]! - FLAG_NULL : 0;
    } else if (this.kind === CONSTANT) {
      target.fill(flagNumber(this.#values[0]), 0, rows);
    } else {
      for (let row = 0; row < rows; row++) target[row] = flagNumber(this.get(row));
    }
  }

  /**
   * Copies the dictionary codes of the first `rows` cells to `target`, −1 where there is no string. False, with nothing copied,
   * when the column does not keep its strings as codes.
   */
  readCodes(rows: number, target: Int32Array): boolean {
    if (this.kind !== CODE) return false;
    const { codes } = this;
    for (let row = 0; row < rows; row++) target[row] = codes[row]! >= FIRST_CODE ? codes[row]! - FIRST_CODE : -1;
    return true;
  }

  /** True when both columns hold the same cells in the same form, so that one of them can stand for both. */
  sameCells(other: Column, rows: number): boolean {
    if (other.kind !== this.kind) return false;
    switch (this.kind) {
      case NUMBER: {
        const mine = this.#words!;
        const theirs = other.#words!;
        const end = 2 * rows;
        for (let word = 0; word < end; word++) if (mine[word] !== theirs[word]) return false;
        return true;
      }
      case CODE: {
        if (other.dictionary !== this.dictionary) return false;
        for (let row = 0; row < rows; row++) if (this.codes[row] !== other.codes[row]) return false;
        return true;
      }
      case VALUE: {
        for (let row = 0; row < rows; row++) if (!Object.is(this.#values[row], other.#values[row])) return false;
        return true;
      }
      default:
        return false;
    }
  }

  /** Called once when the batch is full: the column takes the smallest form that keeps every cell. */
  seal(rows: number): void {
    if (this.kind === EMPTY || this.kind >= CONSTANT) return;
    const filled = this.#filled(rows);
    if (filled * 2 < rows) this.#makeSparse(rows, filled);
    else if (filled === rows && this.#isConstant(rows)) this.#become(CONSTANT, [this.get(0)]);
    else if (filled === rows && this.kind === NUMBER) this.#narrow(rows);
  }

  #filled(rows: number): number {
    let filled = 0;
    if (this.kind === NUMBER) {
      const words = this.#words!;
      for (let row = 0; row < rows; row++) if (words[2 * row + HIGH] !== ABSENT_WORD) filled++;
    } else if (this.kind === VALUE) {
      for (let row = 0; row < rows; row++) if (this.#values[row] !== undefined) filled++;
    } else {
      const cells = this.kind === CODE ? this.codes : this.#flags;
      for (let row = 0; row < rows; row++) if (cells[row] !== 0) filled++;
    }
    return filled;
  }

  #isConstant(rows: number): boolean {
    if (this.kind === NUMBER) {
      // Bit by bit: -0 is not 0, and null is not NaN.
      const words = this.#words!;
      const end = 2 * rows;
      for (let word = 2; word < end; word++) if (words[word] !== words[word & 1]) return false;
      return true;
    }
    const cells: ArrayLike<unknown> = this.kind === CODE ? this.codes : this.kind === FLAG ? this.#flags : this.#values;
    for (let row = 1; row < rows; row++) if (!Object.is(cells[row], cells[0])) return false;
    return true;
  }

  #setMixed(row: number, value: unknown): void {
    if (this.kind !== VALUE && !this.#turnInto(VALUE)) this.#turnIntoValues();
    this.#values[row] = value;
  }

  // Gives the column that form if it is empty or held nothing but nulls so far.
  #turnInto(kind: ColumnKind): boolean {
    const flags = this.#flags;
    if (this.kind !== EMPTY && (this.kind !== FLAG || flags.some((flag) => flag > FLAG_NULL))) return false;
    if (flags.length === 0) {
      this.#allocate(kind);
      return true;
    }
    // Aside, so that no null of an earlier row is lost when the host's stack ends in the midst of it.
    const turned = new Column(this.#capacity, this.dictionary);
    turned.#allocate(kind);
    for (let row = 0; row < flags.length; row++) if (flags[row] === FLAG_NULL) turned.setNull(row);
    this.#flags = NO_FLAGS;
    this.#words = turned.#words;
    this.numbers = turned.numbers;
    this.codes = turned.codes;
    this.#values = turned.#values;
    this.kind = kind;
    return true;
  }

  #allocate(kind: ColumnKind): void {
    if (kind === NUMBER) {
      const buffer = new ArrayBuffer(this.#capacity * 8);
      new BigUint64Array(buffer).fill(ABSENT_BITS);
      this.numbers = new Float64Array(buffer);
      this.#words = new Uint32Array(buffer);
    } else if (kind === CODE) {
      this.codes = new Uint16Array(this.#capacity);
    } else if (kind === FLAG) {
      this.#flags = new Uint8Array(this.#capacity);
    } else {
      this.#values = new Array(this.#capacity).fill(undefined);
    }
    this.kind = kind;
  }

  #turnIntoValues(): void {
    const values: unknown[] = [];
    for (let row = 0; row < this.#capacity; row++) values.push(this.get(row));
    this.#become(VALUE, values);
  }

  #become(kind: ColumnKind, values: unknown[]): void {
    this.kind = kind;
    this.numbers = NO_NUMBERS;
    this.#words = undefined;
    this.codes = NO_CODES;
    this.#flags = NO_FLAGS;
    this.#values = values;
  }

  #makeSparse(rows: number, filled: number): void {
    const positions = new Uint16Array(filled);
    const dense = new Column(filled, this.dictionary);
    let at = 0;
    for (let row = 0; row < rows; row++) {
      const value = this.get(row);
      if (value === undefined) continue;
      positions[at] = row;
      if (this.kind === VALUE) dense.setValue(at, value);
      else dense.set(at, value);
      at++;
    }
    this.#become(SPARSE, NO_VALUES);
    this.#rows = positions;
    this.#dense = dense;
  }

  #narrow(rows: number): void {
    const { numbers } = this;
    let low = 0;
    let high = 0;
    for (let row = 0; row < rows; row++) {
      const value = numbers[row]!;
      if (value !== (value | 0) || Object.is(value, -0)) return;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const used = numbers.subarray(0, rows);
    this.numbers = low >= 0 && high <= 0xffff ? new Uint16Array(used) : new Int32Array(used);
    this.#words = undefined;
  }
}

const NO_NUMBERS = new Float64Array(0);
const NO_CODES = new Uint16Array(0);
const NO_FLAGS = new Uint8Array(0);
const NO_VALUES: unknown[] = [];

function flagNumber(value: unknown): number {
  return value === true ? 2 : value === false ? 1 : 0;
}
