// @ts-check
// The terminal report: results in, lines of at most 80 columns out.
import { CLASSES, SIDE } from './data.js';
import { MODEL_NAME } from './network.js';
import { beside, plot } from './plot.js';
import { study } from './study.js';
import { table } from './table.js';

/** @typedef {import('./style.js').Style} Style */
/** @typedef {import('./audit.js').Audit} Audit */
/** @typedef {Awaited<ReturnType<typeof import('./curves.js').learningCurves>>} Curves */
/** @typedef {import('crucible-telemetry').ExperimentMetrics} ExperimentMetrics */

const WIDTH = 80;

/** @param {Style} style */
export function titleSection(style) {
  const { conditions, epochs, images, seeds } = study;
  return [
    style.heading(study.question),
    `${count(images.train)} handwritten digits (MNIST, ${SIDE}×${SIDE}) to train on, ${count(images.validation)} to validate, ${count(images.test)} to test.`,
    `${conditions.length} optimizers × ${seeds.length} seeds, ${epochs} epochs each, network ${MODEL_NAME}: all at once, in this process.`,
  ];
}

/**
 * Validation loss and accuracy by epoch, all conditions in one figure.
 * @param {Curves[]} curves One for each condition, in the order of the study.
 * @param {Style} style
 */
export function learningSection(curves, style) {
  const figure = (/** @type {string} */ title, /** @type {keyof Curves} */ what) =>
    plot({
      title,
      xLabel: 'epoch',
      columns: 33,
      rows: 11,
      series: curves.map((curve, i) => ({ points: curve[what], ...look(i, style) })),
    });
  const legend = study.conditions.map(({ title }, i) => {
    const { dash, paint } = look(i, style);
    return paint(`${dash === 1 ? '⠒⠒⠒⠒' : '⠐⠐⠐⠐'} ${title}`);
  });
  return [
    ...heading('Learning', `mean and range of ${study.seeds.length} seeds`, style),
    ...beside([figure('validation loss, nats', 'loss'), figure('validation accuracy', 'accuracy')], '  '),
    `     ${legend.join('    ')}`,
  ];
}

/**
 * Each experiment on the test images.
 * @param {{ name: string, metrics: ExperimentMetrics }[]} experiments
 * @param {Style} style
 */
export function testSection(experiments, style) {
  const rows = experiments.map(({ name, metrics: { latency, reliability, scores } }) => [
    name,
    percent(scores.exact_match?.mean),
    `${count(reliability.successful)}/${count(reliability.total_requests)}`,
    ...[latency.p50, latency.p90, latency.p95, latency.p99].map(milliseconds),
  ]);
  return [
    ...heading('Test', `${count(study.images.test)} digits that no network has seen, one at a time`, style),
    ...table(['experiment', 'right', 'answered', 'p50 ms', 'p90 ms', 'p95 ms', 'p99 ms'], rows, style),
  ];
}

/**
 * What became of every event.
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
    ...heading('Ledger', `${audits.length} experiments at once, each in its own isolation`, style),
    ...table(['experiment', 'emitted', 'stored', 'sampled out', 'dropped', 'read back', 'foreign'], rows, style),
    `They took turns ${count(turns)} times. Events outside all runs: ${count(unattributed)}.`,
    sound
      ? style.good('✓ Every ledger balances; no record is in the wrong experiment.')
      : style.bad('✗ A ledger does not balance, or a record is in the wrong experiment.'),
  ];
}

/**
 * @param {string} title
 * @param {string} note
 * @param {Style} style
 */
function heading(title, note, style) {
  return ['', `${style.heading(title)} ${style.dim(`${'─'.repeat(WIDTH - title.length - note.length - 2)} ${note}`)}`];
}

/**
 * The control is dotted, so that the lines differ without colour.
 * @param {number} condition
 * @param {Style} style
 */
function look(condition, style) {
  return { dash: condition === 0 ? 2 : 1, paint: style.conditions[condition] ?? String };
}

/** @param {number} value */
const count = (value) => value.toLocaleString('en-US');

/** @param {number | null | undefined} value */
const percent = (value) => (value == null ? '–' : `${(value * 100).toFixed(1)} %`);

/** @param {number | null} value */
const milliseconds = (value) => (value === null ? '–' : value.toFixed(3));
