// @ts-check
// Shows how far the trials are. It is one more handler on the bus: it sees the events of all runs and changes none.
import { telemetry } from 'crucible-telemetry';
import { study } from './study.js';
import { styleFor } from './style.js';

const BATCH = 'crucible_train.batch.stop';
const EPOCH = 'crucible_train.epoch.stop';
const ANSWER = 'crucible_deployment.inference.stop';
const BAR_COLUMNS = 20;
const MIN_COLUMNS = 80;
// An answer takes about a twentieth of a batch's time.
const ANSWER_SHARE = 0.05;
const REDRAW_MS = 100;

/**
 * A bar that redraws itself on a terminal, a line for each epoch elsewhere.
 * @param {import('node:tty').WriteStream} stream
 * @returns {() => void} Takes the display away.
 */
export function showProgress(stream) {
  const live = stream.isTTY && stream.columns >= MIN_COLUMNS;
  const style = styleFor(stream);
  const started = performance.now();
  const trials = study.conditions.length * study.seeds.length;
  const batches = study.epochs * Math.ceil(study.images.train / study.batchSize);
  const total = trials * (batches + study.images.test * ANSWER_SHARE);
  /** @type {Map<string, number[]>} Validation losses by optimizer. */
  const losses = new Map(study.conditions.map((condition) => [condition.name, []]));
  let done = 0;
  let epochs = 0;
  let drawn = started;

  const detach = telemetry.attach('training-progress', [BATCH, EPOCH, ANSWER], (name, measurements, metadata) => {
    if (name === EPOCH) {
      losses.get(String(metadata.optimizer))?.push(Number(measurements.val_loss));
      epochs++;
      if (!live && epochs % trials === 0) stream.write(`${status(epochs / trials)}\n`);
    } else {
      done += name === ANSWER ? ANSWER_SHARE : 1;
    }
    if (live && performance.now() - drawn >= REDRAW_MS) draw();
  });

  return () => {
    detach();
    if (live) stream.write('\r\x1b[K');
  };

  /** @param {number} epoch */
  function status(epoch) {
    const means = [...losses].map(([name, values]) => `${name} ${mean(values.slice(-study.seeds.length)).toFixed(3)}`);
    const loss = epochs < trials ? '' : `  loss ${means.join(', ')}`;
    return `epoch ${epoch} of ${study.epochs}${loss}  ${Math.round((performance.now() - started) / 1000)} s`;
  }

  function draw() {
    drawn = performance.now();
    const epoch = Math.min(Math.floor(epochs / trials) + 1, study.epochs);
    const percent = `${Math.floor((100 * done) / total)}%`.padStart(4);
    const full = Math.round((BAR_COLUMNS * done) / total);
    const bar = style.good('━'.repeat(full)) + style.dim('─'.repeat(BAR_COLUMNS - full));
    stream.write(`\r${bar} ${percent}  ${status(epoch)}\x1b[K`);
  }
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
