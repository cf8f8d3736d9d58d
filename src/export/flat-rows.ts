import { microsToIso } from '../core/time.ts';
import { type Column, ColumnKind } from '../record/column.ts';
import { ColumnTexts } from '../record/column-texts.ts';
import { toJsonText } from '../record/json.ts';
import type { ExportColumn } from './columns.ts';
import type { RowSlice } from './row-slices.ts';
import type { ColumnType } from './value-kinds.ts';

const QUOTED = /[",\r\n]/;

/** How times are written: as ISO 8601 text, or as whole microseconds since the Unix epoch. */
export type TimeStyle = 'iso' | 'micros';

/**
 * Writes rows as RFC 4180 has them, without line ends. No value is an empty cell and an empty string `""`; numbers are the
 * shortest text that reads back to the same double, NaN, Infinity and -Infinity among them; lists and JSON columns are JSON text.
 */
export class FlatRows {
  readonly #columns: readonly ExportColumn[];
  readonly #encoders: Readonly<Record<ColumnType, { encode: (value: unknown) => string; texts: ColumnTexts }>>;
  #negativeZero = false;

  constructor(columns: readonly ExportColumn[], times: TimeStyle) {
    this.#columns = columns;
    const plain = encoder((value) => this.#plainText(value));
    const json = encoder(jsonText);
    this.#encoders = {
      string: plain,
      number: plain,
      integer: plain,
      boolean: plain,
      timestamp: encoder(times === 'iso' ? isoText() : microsText),
      strings: json,
      json,
    };
  }

  /** Whether some number so far was −0. */
  get hasNegativeZero(): boolean {
    return this.#negativeZero;
  }

  /** All rows, each with the line end behind it, as one text, which leaves less garbage than a text for each. */
  text(slice: RowSlice, end: string): string {
    return this.#pieces(slice, end).pieces.join('');
  }

  rows(slice: RowSlice): string[] {
    const { pieces, width } = this.#pieces(slice, '');
    const rows: string[] = [];
    for (let at = 0; at < pieces.length; at += width) rows.push(pieces.slice(at, at + width).join(''));
    return rows;
  }

  // The rows as pieces that follow each other, equally many for each row. What all rows have in common is one piece.
  #pieces(slice: RowSlice, end: string): { pieces: string[]; width: number } {
    const { batch, from, to } = slice;
    const varying: { before: string; cells: readonly string[] }[] = [];
    // A field and the nested value that filled it are often one column: its texts are made once.
    const done = new Map<Column, string[]>();
    let before = '';
    this.#columns.forEach((column, i) => {
      if (i > 0) before += ',';
      const { encode, texts } = this.#encoders[column.type];
      const { stored, constant, get } = column.cells(batch);
      if (constant || stored?.kind === ColumnKind.CONSTANT) {
        before += encode(get(from));
        return;
      }
      const shared = stored && column.type !== 'json' ? stored : undefined;
      let cells = shared && done.get(shared);
      if (!cells) {
        cells = stored ? texts.read(stored, from, to) : eachText(get, encode, from, to);
        if (shared) done.set(shared, cells);
      }
      varying.push({ before, cells });
      before = '';
    });
    const width = 2 * varying.length + 1;
    const pieces: string[] = new Array((to - from) * width).fill(before + end);
    varying.forEach((column, i) => {
      for (let row = 0, at = 2 * i; row < column.cells.length; row++, at += width) {
        pieces[at] = column.before;
        pieces[at + 1] = column.cells[row]!;
      }
    });
    return { pieces, width };
  }

  #plainText(value: unknown): string {
    if (value === null || value === undefined) return '';
    if (typeof value === 'string') return cellText(value);
    if (!Object.is(value, -0)) return String(value);
    this.#negativeZero = true;
    return '-0';
  }
}

/** Text as a cell: quoted only where it must be. */
export function cellText(text: string): string {
  return text === '' || QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function encoder(encode: (value: unknown) => string): { encode: (value: unknown) => string; texts: ColumnTexts } {
  return { encode, texts: new ColumnTexts(encode) };
}

function eachText(
  get: (row: number) => unknown,
  encode: (value: unknown) => string,
  from: number,
  to: number,
): string[] {
  const texts: string[] = [];
  for (let row = from; row < to; row++) texts.push(encode(get(row)));
  return texts;
}

function jsonText(value: unknown): string {
  return value === null || value === undefined ? '' : cellText(toJsonText(value));
}

function microsText(value: unknown): string {
  const micros = timestampOf(value);
  return micros === undefined ? '' : String(micros);
}

// Most of the work is the date and the time of day, which change once a second.
function isoText(): (value: unknown) => string {
  let second = Number.NaN;
  let prefix = '';
  return (value) => {
    const micros = timestampOf(value);
    if (micros === undefined) return '';
    const now = Math.floor(micros / 1e6);
    if (now !== second) {
      second = now;
      prefix = microsToIso(now * 1e6).slice(0, -7);
    }
    const rest = Math.min(Math.max(micros - now * 1e6, 0), 999_999);
    return `${prefix}${String(rest).padStart(6, '0')}Z`;
  };
}

/** Whole microseconds; undefined for what no calendar has: a `Date` ends 100 million days from the epoch. */
export function timestampOf(value: unknown): number | undefined {
  return typeof value === 'number' && Math.abs(value) <= 8.64e18 ? Math.round(value) : undefined;
}
