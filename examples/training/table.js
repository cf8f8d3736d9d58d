// @ts-check

/**
 * Lines of an aligned table. The first column is set left, the others right.
 * @param {string[]} headings
 * @param {string[][]} rows
 * @param {import('./style.js').Style} style
 * @returns {string[]}
 */
export function table(headings, rows, style) {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (/** @type {string[]} */ cells) =>
    widths.map((width, i) => (i === 0 ? (cells[i] ?? '').padEnd(width) : (cells[i] ?? '').padStart(width))).join('  ');
  return [style.dim(line(headings)), ...rows.map(line)];
}
