// @ts-check

/** @typedef {import('crucible-telemetry').Experiment} Experiment */

/**
 * How a condition learned: mean and range over its experiments, epoch by epoch.
 * @param {Experiment[]} experiments
 */
export async function learningCurves(experiments) {
  /** @type {Map<number, { loss: number[], accuracy: number[] }>} */
  const epochs = new Map();
  for (const experiment of experiments) {
    for await (const record of experiment.records({ where: { event_name: 'crucible_train.epoch.stop' } })) {
      const epoch = epochs.get(Number(record.epoch)) ?? { loss: [], accuracy: [] };
      epoch.loss.push(Number(record.measurements.val_loss));
      epoch.accuracy.push(Number(record.accuracy));
      epochs.set(Number(record.epoch), epoch);
    }
  }
  const points = [...epochs].sort(([a], [b]) => a - b);
  return {
    loss: points.map(([x, { loss }]) => ({ x, ...summary(loss) })),
    accuracy: points.map(([x, { accuracy }]) => ({ x, ...summary(accuracy) })),
  };
}

/** @param {number[]} values */
function summary(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, low: Math.min(...values), high: Math.max(...values) };
}
