// @ts-check
// The terminal report: results in, lines of at most 80 columns out.
import { relative } from 'node:path';
import { SIDE } from './data.js';
import { MODEL_NAME } from './network.js';
import { beside, plot } from './plot.js';
import { study } from './study.js';
import { table } from './table.js';

/** @typedef {import('./style.js').Style} Style */
/** @typedef {import('./audit.js').Audit} Audit */
/** @typedef {Awaited<ReturnType<typeof import('./curves.js').learningCurves>>} Curves */
/** @typedef {import('crucible-telemetry').Lab} Lab */
/** @typedef {Awaited<ReturnType<import('crucible-telemetry').Experiment['metrics']>>} ExperimentMetrics */
/** @typedef {Awaited<ReturnType<Lab['compare']>>} ExperimentComparison */
/** @typedef {Awaited<ReturnType<Lab['exportMany']>>} ExportResult */

const WIDTH = 80;

/** @param {Style} style */
export function titleSection(style) {
  const { conditions, epochs, images, seeds } = study;
  return [
    style.heading(study.hypothesis),
    `MNIST digits of ${SIDE}×${SIDE} pixels: ${count(images.train)} to train, ${count(images.validation)} to validate, ${count(images.test)} to test`,
    `${conditions.length} optimizers × ${seeds.length} seeds, ${epochs} epochs of ${MODEL_NAME} each, trained all at once`,
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
  const legend = study.conditions.map(({ title, learningRate }, i) => {
    const { dash, paint } = look(i, style);
    return paint(`${dash === 1 ? '⠒⠒⠒⠒' : '⠐⠐⠐⠐'} ${title}, rate ${learningRate}`);
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
 * The treatment beside the control: samples are paired, runs have one number each, all p-values are corrected together.
 * @param {ExperimentComparison} comparison
 * @param {Style} style
 */
export function comparisonSection({ baseline, comparisons }, style) {
  const titles = {
    'scores.exact_match': 'digits read right, share',
    'logged.val_loss': 'validation loss, last epoch',
    accuracy: 'validation accuracy, last epoch',
    latency_ms: 'latency, ratio of geometric means',
  };
  const lines = comparisons.flatMap((arm) => {
    const rows = Object.entries(titles).flatMap(([name, title]) => {
      const found = arm.metrics[name];
      if (!found) return [];
      const p = found.adjusted_p_value;
      return [
        [title, number(found.estimate), p === null ? '–' : p.toPrecision(2), found.verdict, count(found.n.treatment)],
      ];
    });
    return table([`${arm.name} against ${baseline}`, 'estimate', 'p', 'verdict', 'n'], rows, style);
  });
  return [...heading('Comparison', 'paired by digit, or one number per run', style), ...lines];
}

/**
 * What became of every event.
 * @param {Audit[]} audits
 * @param {{ turns: number, unattributed: number }} totals
 * @param {Style} style
 */
export function isolationSection(audits, { turns, unattributed }, style) {
  const rows = audits.map(({ name, expected, emitted, stored, dropped, timestamps, foreign }) => [
    name,
    ...[expected, emitted, stored, dropped, timestamps.length, foreign].map(count),
  ]);
  const sound = audits.every((audit) => audit.sound);
  return [
    ...heading('Ledger', `${audits.length} experiments at once, each in its own isolation`, style),
    ...table(['experiment', 'expected', 'emitted', 'stored', 'dropped', 'read back', 'foreign'], rows, style),
    'Expected is what a handler on the bus counted, and a score for each test digit.',
    `The experiments took turns ${count(turns)} times. Events outside all runs: ${count(unattributed)}.`,
    sound
      ? style.good('✓ Every ledger is as expected and balances; no record is in a wrong experiment.')
      : style.bad('✗ A ledger is not as expected, or a record is in a wrong experiment.'),
  ];
}

/**
 * Where it all is.
 * @param {ExportResult[]} files
 * @param {Style} style
 */
export function filesSection(files, style) {
  const rows = files.map(({ path, rows, columns, bytes }) => [
    relative('', path),
    count(rows),
    count(columns.length),
    `${count(Math.round(bytes / 1000))} kB`,
  ]);
  return [
    ...heading('Files', 'all experiments together, one row for each event', style),
    ...table(['file', 'rows', 'columns', 'size'], rows, style),
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
const number = (value) =>
  value == null ? '–' : value.toLocaleString('en-US', { minimumFractionDigits: 3, maximumFractionDigits: 3 });

/** @param {number | null | undefined} value */
const percent = (value) => (value == null ? '–' : `${(value * 100).toFixed(1)} %`);

/** @param {number | null} value */
const milliseconds = (value) => (value === null ? '–' : value.toFixed(3));
