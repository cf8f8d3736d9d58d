import { printLine, say } from './output.ts';
import { paint } from './style.ts';
import { cleanText, shorten, textWidth } from './text-width.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  /** Numbers with their units stand flush right. Default `left`. */
  readonly align?: 'left' | 'right';
  /** The narrowest that its texts may be cut to. Default: they are not cut. */
  readonly min?: number;
  /** Where the terminal is too narrow, the column with the lowest goes first, below 5 before any text is cut; without one it stays. */
  readonly keep?: number;
  readonly paint?: (text: string, row: Row) => string;
}

const GAP = '  ';
const DROPPED_BEFORE_CUT = 5;

/** The width to fit into: the terminal's, or what `COLUMNS` says; without both, as in a file, there is no end. */
export function terminalWidth(): number {
  const given = Number(process.env.COLUMNS);
  return process.stdout.columns || (given > 0 ? given : Number.POSITIVE_INFINITY);
}

/** Prints a table that fits into the terminal, its heading first, and says which columns found no room. */
export async function printTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Promise<void> {
  const { lines, dropped } = fittedTable(rows, columns, terminalWidth());
  for (const line of lines) await printLine(line);
  sayDropped(dropped);
}

/** Says which columns found no room. */
export function sayDropped(titles: readonly string[]): void {
  if (titles.length > 0) say(`No room for ${titles.join(', ')}: a wider terminal shows them, --json has everything.`);
}

/** The lines of a table of a given width, with the titles of the columns for which there was no room. */
export function fittedTable<Row>(
  rows: readonly Row[],
  given: readonly Column<Row>[],
  width: number,
): { lines: string[]; dropped: readonly string[] } {
  const columns = given.map((column) => ({ ...column, title: cleanText(column.title) }));
  const cells = new Map(columns.map((column) => [column, rows.map((row) => cleanText(column.value(row)))]));
  const { shown, widths } = layOut(columns, cells, width);
  const line = (texts: readonly string[], decorate: (text: string, i: number) => string) =>
    texts
      .map((text, i) => {
        const cut = shorten(text, widths[i]!);
        const space = ' '.repeat(widths[i]! - textWidth(cut));
        const last = i === texts.length - 1;
        return shown[i]!.align === 'right' ? space + decorate(cut, i) : decorate(cut, i) + (last ? '' : space);
      })
      .join(GAP);
  const heading = shown.map(({ title }) => title);
  const lines = [
    line(heading, (text) => paint('bold', text)),
    ...rows.map((row, r) =>
      line(
        shown.map((column) => cells.get(column)![r]!),
        (text, i) => shown[i]!.paint?.(text, row) ?? text,
      ),
    ),
  ];
  return { lines, dropped: columns.filter((column) => !shown.includes(column)).map(({ title }) => title) };
}

function layOut<Row>(
  columns: readonly Column<Row>[],
  cells: ReadonlyMap<Column<Row>, readonly string[]>,
  width: number,
): { shown: readonly Column<Row>[]; widths: number[] } {
  let shown = [...columns];
  for (;;) {
    const widths = shown.map((column) =>
      cells.get(column)!.reduce((widest, text) => Math.max(widest, textWidth(text)), textWidth(column.title)),
    );
    const droppable = shown.filter(({ keep }) => keep !== undefined).sort((a, b) => a.keep! - b.keep!);
    const [least] = droppable;
    const goesFirst = least !== undefined && least.keep! < DROPPED_BEFORE_CUT && excessOf(widths, width) > 0;
    if (!goesFirst && (shrink(shown, widths, width) || !least)) return { shown, widths };
    shown = shown.filter((column) => column !== least);
  }
}

function excessOf(widths: readonly number[], width: number): number {
  return widths.reduce((sum, w) => sum + w, GAP.length * (widths.length - 1)) - width;
}

// Takes from the widest of those that may be cut, until all fit. False when they cannot.
function shrink(columns: readonly Column<never>[], widths: number[], width: number): boolean {
  let excess = excessOf(widths, width);
  while (excess > 0) {
    let widest = -1;
    for (let i = 0; i < widths.length; i++) {
      const min = columns[i]!.min;
      if (min !== undefined && widths[i]! > min && (widest < 0 || widths[i]! > widths[widest]!)) widest = i;
    }
    if (widest < 0) return false;
    widths[widest]!--;
    excess--;
  }
  return true;
}
