// @ts-check
// The terminal report: results in, lines of at most 80 columns out. Nothing here reads a store.
import { beside, plot } from './plot.js';
import { study } from './study.js';
import { table } from './table.js';

/** @typedef {import('./style.js').Style} Style */
/** @typedef {import('./audit.js').Audit} Audit */
/** @typedef {Awaited<ReturnType<typeof import('./curves.js').learningCurves>>} Curves */

const WIDTH = 80;
// Four columns to an epoch, and two figures beside each other.
const PLOT = { xLabel: 'epoch', columns: 4 * study.epochs - 3, rows: 11 };

/**
 * @param {string} title
 * @param {string} note
 * @param {Style} style
 */
function heading(title, note, style) {
  return ['', `${style.heading(title)} ${style.dim(`${'─'.repeat(WIDTH - title.length - note.length - 2)} ${note}`)}`];
}

/**
 * The validation loss and accuracy of all conditions, by epoch.
 * @param {Curves[]} curves One for each condition, in the order of the study.
 * @param {Style} style
 */
export function learningSection(curves, style) {
  const series = (/** @type {keyof Curves} */ what) =>
    curves.map((curve, i) => ({ points: curve[what], dash: curves.length - i, paint: style.conditions[i] ?? String }));
  const figures = [
    plot({ ...PLOT, title: 'validation loss, nats', series: series('loss') }),
    plot({ ...PLOT, title: 'validation accuracy', series: series('accuracy') }),
  ];
  const legend = study.conditions.map(({ title }, i) => style.conditions[i]?.(`${i === 0 ? '⠐⠐⠐⠐' : '⠒⠒⠒⠒'} ${title}`));
  return [
    ...heading('Learning', `mean and range of ${study.seeds.length} seeds`, style),
    ...beside(figures, '  '),
    `${legend.join('    ')}`,
  ];
}

/**
 * @param {Audit[]} audits
 * @param {{ turns: number, unattributed: number }} totals
 * @param {Style} style
 */
export function isolationSection(audits, { turns, unattributed }, style) {
  const rows = audits.map(({ name, ledger, dropped, timestamps, foreign }) => [
    name,
    ...[ledger.emitted, ledger.stored, ledger.sampled_out, dropped, timestamps.length, foreign].map(count),
  ]);
  const sound = audits.every((audit) => audit.sound);
  return [
    ...heading('Isolation', `${audits.length} experiments at once in one process`, style),
    ...table(['experiment', 'emitted', 'stored', 'sampled out', 'dropped', 'read back', 'foreign'], rows, style),
    `The next event came from another experiment ${count(turns)} times; outside all runs: ${count(unattributed)}.`,
    sound
      ? style.good('✓ Every ledger balances, and no record is in the wrong experiment.')
      : style.bad('✗ A ledger does not balance, or a record is in the wrong experiment.'),
  ];
}

/**
 * @param {{ path: string, rows: number, bytes: number, note: string }[]} files
 * @param {Style} style
 */
export function filesSection(files, style) {
  const rows = files.map(({ path, rows, bytes }) => [path, count(rows), bytesText(bytes)]);
  return [...heading('Files', 'plain, yours', style), ...table(['file', 'rows', 'size'], rows, style)];
}

/** @param {number} value */
function count(value) {
  return value.toLocaleString('en-US');
}
