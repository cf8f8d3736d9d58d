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
  const steps = trials * (study.epochs * Math.ceil(study.images.train / study.batchSize) + study.images.test);
  /** @type {Map<string, number[]>} Validation losses by optimizer. */
  const losses = new Map(study.conditions.map((condition) => [condition.name, []]));
  let done = 0;
  let epochs = 0;
  let drawn = started;

  const detach = telemetry.attach('training-progress', [BATCH, EPOCH, ANSWER], (name, measurements, metadata) => {
    if (name === EPOCH) {
      losses.get(String(metadata.optimizer))?.push(Number(measurements.val_loss));
      epochs++;
      if (!live && epochs % trials === 0) stream.write(`${status()}\n`);
    } else {
      done++;
    }
    if (live && performance.now() - drawn >= REDRAW_MS) draw();
  });

  return () => {
    detach();
    if (live) stream.write('\r\x1b[K');
  };

  function status() {
    const means = [...losses].map(([name, values]) => `${name} ${mean(values.slice(-study.seeds.length)).toFixed(3)}`);
    const loss = epochs < trials ? '' : `  loss ${means.join(', ')}`;
    return `epoch ${Math.floor(epochs / trials)} of ${study.epochs}${loss}  ${Math.round((performance.now() - started) / 1000)} s`;
  }

  function draw() {
    drawn = performance.now();
    const share = done / steps;
    const full = Math.round(share * BAR_COLUMNS);
    const bar = style.good('━'.repeat(full)) + style.dim('─'.repeat(BAR_COLUMNS - full));
    stream.write(`\r${bar} ${String(Math.floor(share * 100)).padStart(3)}%  ${status()}\x1b[K`);
  }
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
