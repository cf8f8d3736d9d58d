// @ts-check
// Plain tables for a terminal, and numbers as people read them. What is not known is a dash, never a zero.

/**
 * Prints rows that all have the same keys, which become the heading. Numbers, and texts that begin like one, are flush right.
 * @param {Record<string, string | number>[]} rows
 */
export function printTable(rows) {
  const keys = Object.keys(rows[0] ?? {});
  const lines = [keys, ...rows.map((row) => keys.map((key) => String(row[key])))];
  const widths = keys.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  const right = keys.map((key) => rows.every((row) => /^[-+$–\d]/.test(String(row[key]))));
  for (const line of lines) {
    const cells = line.map((cell, i) => (right[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)));
    console.log(`  ${cells.join('   ').trimEnd()}`);
  }
}

/** @param {number | null | undefined} value */
export function ms(value) {
  return value == null ? '–' : `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}

/** @param {number | null | undefined} value */
export function usd(value) {
  return value == null ? '–' : `$${value.toFixed(value < 1 ? 4 : 2)}`;
}

/**
 * A rate, with its interval if it has one.
 * @param {number | null} rate
 * @param {{ readonly low: number, readonly high: number } | null} [interval]
 */
export function percent(rate, interval) {
  if (rate === null) return '–';
  const text = (/** @type {number} */ value) => (100 * value).toFixed(1);
  return interval ? `${text(rate)} % (${text(interval.low)} to ${text(interval.high)})` : `${text(rate)} %`;
}
