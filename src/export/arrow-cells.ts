import {
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int64,
  List,
  makeData,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import { toJsonText } from '../record/json.ts';
import type { ExportColumn } from './columns.ts';
import { timestampOf } from './flat-rows.ts';
import type { RowSlice } from './row-slices.ts';
import type { ColumnType } from './value-kinds.ts';

/** Collects the cells of one column until they become an Arrow vector. */
export interface ArrowCells {
  readonly field: Field;
  /** Takes the cells of some rows. Returns about how many bytes of text they hold. */
  add(slice: RowSlice): number;
  /** What was collected since the last call. */
  take(): Data;
}

/** A collector for a column. JSON columns say so in their field's metadata: `crucible.json` is `true`. */
export function arrowCells(column: ExportColumn): ArrowCells {
  const values: unknown[] = [];
  const { type, name } = column;
  const arrowType = TYPES[type]();
  const field = new Field(name, arrowType, true, new Map(type === 'json' ? [['crucible.json', 'true']] : []));
  const read = type === 'json' ? jsonOf : type === 'timestamp' ? timestampOf : (value: unknown) => value ?? undefined;
  return {
    field,
    add({ batch, from, to }) {
      const cells = column.cells(batch);
      let weight = 0;
      for (let row = from; row < to; row++) {
        const value = read(cells.get(row));
        if (typeof value === 'string') weight += value.length;
        values.push(value);
      }
      return weight;
    },
    take() {
      const data = BUILDERS[type](values, arrowType);
      values.length = 0;
      return data;
    },
  };
}

const TYPES: Readonly<Record<ColumnType, () => DataType>> = {
  string: () => new Utf8(),
  json: () => new Utf8(),
  number: () => new Float64(),
  integer: () => new Int64(),
  boolean: () => new Bool(),
  timestamp: () => new TimestampMicrosecond('UTC'),
  strings: () => new List(new Field('item', new Utf8(), true)),
};

type Build = (values: readonly unknown[], type: DataType) => Data;

const BUILDERS: Readonly<Record<ColumnType, Build>> = {
  string: buildTexts,
  json: buildTexts,
  number: buildNumbers,
  integer: buildIntegers,
  boolean: buildFlags,
  timestamp: buildIntegers,
  strings: buildLists,
};

function jsonOf(value: unknown): string | undefined {
  return value === null || value === undefined ? undefined : toJsonText(value);
}

function buildNumbers(values: readonly unknown[], type: DataType): Data {
  const data = new Float64Array(values.length);
  values.forEach((value, i) => {
    if (value !== undefined) data[i] = value as number;
  });
  return makeData({ type: type as Float64, length: values.length, ...validity(values), data });
}

function buildIntegers(values: readonly unknown[], type: DataType): Data {
  const data = new BigInt64Array(values.length);
  const words = new DataView(data.buffer);
  values.forEach((value, i) => {
    if (typeof value === 'bigint') {
      words.setBigInt64(8 * i, value, true);
    } else if (value !== undefined) {
      // Two words at a time: a bigint for each number would be most of the work.
      const high = Math.floor((value as number) / 2 ** 32);
      words.setUint32(8 * i, (value as number) - high * 2 ** 32, true);
      words.setInt32(8 * i + 4, high, true);
    }
  });
  return makeData({ type: type as Int64, length: values.length, ...validity(values), data });
}

function buildFlags(values: readonly unknown[], type: DataType): Data {
  const data = bits(values, (value) => value === true);
  return makeData({ type: type as Bool, length: values.length, ...validity(values), data });
}

function buildTexts(values: readonly unknown[], type: DataType): Data {
  const { valueOffsets, data } = utf8(values as readonly (string | undefined)[]);
  return makeData({ type: type as Utf8, length: values.length, ...validity(values), valueOffsets, data });
}

function buildLists(values: readonly unknown[], type: DataType): Data {
  const items: string[] = [];
  const valueOffsets = new Int32Array(values.length + 1);
  values.forEach((value, i) => {
    if (value !== undefined) items.push(...(value as readonly string[]));
    valueOffsets[i + 1] = items.length;
  });
  const child = buildTexts(items, (type as List<Utf8>).valueType) as Data<Utf8>;
  return makeData({ type: type as List<Utf8>, length: values.length, ...validity(values), valueOffsets, child });
}

// One encoding of everything is much faster than one for each string. When no character takes more than one byte, lengths in
// characters are lengths in bytes.
function utf8(texts: readonly (string | undefined)[]): { valueOffsets: Int32Array; data: Uint8Array } {
  let data = Buffer.from(texts.join(''), 'utf8');
  const valueOffsets = new Int32Array(texts.length + 1);
  let end = 0;
  texts.forEach((text, i) => {
    if (text !== undefined) end += text.length;
    valueOffsets[i + 1] = end;
  });
  if (data.byteLength === end) return { valueOffsets, data };
  // Two lone surrogates must not meet and become a character.
  data = Buffer.from(texts.map((text) => text?.toWellFormed()).join(''), 'utf8');
  end = 0;
  texts.forEach((text, i) => {
    if (text !== undefined) end += Buffer.byteLength(text, 'utf8');
    valueOffsets[i + 1] = end;
  });
  return { valueOffsets, data };
}

function validity(values: readonly unknown[]): { nullCount: number; nullBitmap?: Uint8Array } {
  let nullCount = 0;
  for (const value of values) if (value === undefined) nullCount++;
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap: bits(values, (value) => value !== undefined) };
}

function bits(values: readonly unknown[], test: (value: unknown) => boolean): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, i) => {
    if (test(value)) bitmap[i >> 3]! |= 1 << (i & 7);
  });
  return bitmap;
}
