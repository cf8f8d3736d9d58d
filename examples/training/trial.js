// @ts-check
// One training run and its test. What happens is told to the process-wide bus, as a library would tell it: nothing here says
// which experiment an event belongs to. The `experiment.run(…)` in which this code runs decides that.
import { setImmediate as turn } from 'node:timers/promises';
import { telemetry } from 'crucible-telemetry';
import { checkpointIn } from './checkpoint.js';
import { batches, CLASSES, PIXELS, seededRandom, split } from './data.js';
import { createNetwork, MODEL_NAME } from './network.js';
import { study } from './study.js';

/**
 * @typedef {object} Trial
 * @property {import('crucible-telemetry').Experiment} experiment
 * @property {import('./study.js').Condition} condition
 * @property {number} seed
 * @property {import('./data.js').Sample[]} samples
 * @property {string} folder Where the checkpoint goes.
 */

// Resolved once, since it is executed after every batch.
const batchStop = telemetry.event('crucible_train.batch.stop');

/**
 * Trains, keeps the weights of the epoch with the lowest validation loss, and tests those.
 * @param {Trial} trial
 */
export async function runTrial(trial) {
  const random = seededRandom(trial.seed);
  const data = split(trial.samples, study.images, random);
  const network = createNetwork({ seed: trial.seed, optimizer: trial.condition.optimizer() });
  const checkpoint = checkpointIn(trial.folder);
  // Every event is signed by its emitter, so that the audit can tell whose it is without asking the library.
  const signed = { job_id: signature(trial.experiment), optimizer: trial.condition.name, seed: trial.seed };

  try {
    const best = await telemetry.span('crucible_train.training', signed, () => train());
    await network.restore(checkpoint);
    await test(`epoch-${best.epoch}`);
  } finally {
    network.dispose();
  }

  async function train() {
    let best = { epoch: 0, loss: Number.POSITIVE_INFINITY };
    for (let epoch = 1; epoch <= study.epochs; epoch++) {
      const validation = await telemetry.span('crucible_train.epoch', { ...signed, epoch }, async (span) => {
        const loss = await trainEpoch(epoch);
        const result = network.evaluate(data.validation);
        span.measure({ loss, val_loss: result.loss, accuracy: result.accuracy });
        return result;
      });
      await trial.experiment.logMetric('val_loss', validation.loss, { step: epoch });

      if (validation.loss < best.loss) {
        best = { epoch, loss: validation.loss };
        await network.save(checkpoint);
        telemetry.execute(
          'crucible_train.checkpoint.saved',
          { val_loss: best.loss },
          { ...signed, epoch, checkpoint_path: checkpoint.path, best: true },
        );
      }
    }
    return best;
  }

  /** @param {number} epoch */
  async function trainEpoch(epoch) {
    let total = 0;
    let batch = 0;
    for (const samples of batches(data.train, study.batchSize, random)) {
      const started = performance.now();
      const { loss, gradient_norm } = network.learn(samples);
      const duration = performance.now() - started;
      const step = (epoch - 1) * Math.ceil(data.train.length / study.batchSize) + batch;
      batchStop.execute({ loss, gradient_norm, duration }, { ...signed, epoch, batch, step });
      total += loss;
      batch++;
      await turn(); // the other five trials train their batches here
    }
    return total / batch;
  }

  /** @param {string} version */
  async function test(version) {
    const model = { model_name: MODEL_NAME, model_version: version, input_size: PIXELS, output_size: CLASSES, batch_size: 1 };
    for (const sample of data.test) {
      const { id: sample_id } = sample;
      // Synchronous inside, so that its duration is this network's alone.
      const digit = telemetry.span('crucible_deployment.inference', { ...signed, ...model, sample_id }, () =>
        network.classify(sample),
      );
      trial.experiment.score('exact_match', digit === sample.label ? 1 : 0, { sample_id });
      await turn();
    }
  }
}

/**
 * The name under which a trial signs its events.
 * @param {{ condition: string | null, replicate: string | null }} owner
 */
export function signature({ condition, replicate }) {
  return `${condition}/${replicate}`;
}
