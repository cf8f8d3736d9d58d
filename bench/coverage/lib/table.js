import { percent } from './rules.js';

const HEAD = ['what', 'to hold', 'held', 'runs', 'as it should', ''];

/** Rows of { what, rule, covered, runs, warned, note } as a table in Markdown. */
export function coverageTable(rows) {
  const lines = rows.map((row) => [
    row.what,
    row.rule.text,
    `${percent(row.covered)}${errorOf(row)}`,
    row.runs ?? 'exact',
    verdict(row),
    remarks(row),
  ]);
  return [HEAD, HEAD.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Whether a row holds what it is to hold. */
export function verdict(row) {
  const met = row.rule.met(row);
  if (met === null) return '–';
  if (met) return 'yes';
  if (row.rule.excused?.(row)) return 'no, but warned of';
  return row.covered > 0.95 ? 'no: covers more' : '**no**';
}

/** What else there is to say of a row. */
export function remarks({ warned, note }) {
  return [warned === undefined ? [] : [`warned in ${(100 * warned).toFixed(0)}%`], note ?? []].flat().join('; ');
}

function errorOf({ covered, runs }) {
  return runs === null ? '' : ` ± ${percent(2 * Math.sqrt((covered * (1 - covered)) / runs))}`;
}
