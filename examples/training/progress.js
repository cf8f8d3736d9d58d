// @ts-check
// Shows how far the trials are. It is one more handler on the bus: it sees the events of all runs and changes none.
import { telemetry } from 'crucible-telemetry';
import { styleFor } from './style.js';
import { study } from './study.js';

const BATCH = 'crucible_train.batch.stop';
const EPOCH = 'crucible_train.epoch.stop';
const ANSWER = 'crucible_deployment.inference.stop';
const BAR_COLUMNS = 24;
const REDRAW_MS = 100;

/**
 * A bar that redraws itself on a terminal, a line for each epoch elsewhere.
 * @param {import('node:tty').WriteStream} stream
 * @returns {() => void} Takes the display away.
 */
export function showProgress(stream) {
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
    if (name !== EPOCH) done++;
    else if (finishedEpoch(measurements, metadata) && !stream.isTTY) stream.write(`${summary()}\n`);
    if (stream.isTTY && performance.now() - drawn >= REDRAW_MS) draw();
  });

  return () => {
    detach();
    if (stream.isTTY) stream.write('\r\x1b[K');
  };

  /**
   * @param {Readonly<Record<string, unknown>>} measurements
   * @param {Readonly<Record<string, unknown>>} metadata
   */
  function finishedEpoch({ val_loss }, { optimizer }) {
    losses.get(String(optimizer))?.push(Number(val_loss));
    epochs++;
    return epochs % trials === 0;
  }

  function summary() {
    const means = [...losses].map(([name, values]) => `${name} ${mean(values.slice(-study.seeds.length)).toFixed(3)}`);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    return `epoch ${Math.floor(epochs / trials)} of ${study.epochs}  loss ${means.join(', ')}  ${seconds} s`;
  }

  function draw() {
    drawn = performance.now();
    const full = Math.round((done / steps) * BAR_COLUMNS);
    const bar = style.good('━'.repeat(full)) + style.dim('─'.repeat(BAR_COLUMNS - full));
    stream.write(`\r${bar} ${epochs < trials ? 'epoch 1' : summary()}\x1b[K`);
  }
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
