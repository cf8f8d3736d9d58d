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

/** @typedef {ReturnType<typeof prepare>} Job */

// Resolved once, since it is executed after every batch.
const batchStop = telemetry.event('crucible_train.batch.stop');

/**
 * Trains, keeps the weights of the epoch with the lowest validation loss, and tests those.
 * @param {Trial} trial
 */
export async function runTrial(trial) {
  const job = prepare(trial);
  try {
    const epoch = await telemetry.span('crucible_train.training', job.signed, () => train(job));
    await job.network.restore(job.checkpoint);
    await test(job, `epoch-${epoch}`);
  } finally {
    job.network.dispose();
  }
}

/**
 * The name under which a trial signs its events, so that the audit can tell whose they are without asking the library.
 * @param {{ condition: string | null, replicate: string | null }} experiment
 */
export function signature({ condition, replicate }) {
  return `${condition}/${replicate}`;
}

/** @param {Trial} trial */
function prepare({ experiment, condition, seed, samples, folder }) {
  const random = seededRandom(seed);
  return {
    experiment,
    condition,
    random,
    data: split(samples, study.images, random),
    network: createNetwork({ seed, optimizer: condition.optimizer(condition.learningRate) }),
    checkpoint: checkpointIn(folder),
    signed: { job_id: signature(experiment), optimizer: condition.name, seed },
  };
}

/**
 * Returns the epoch whose weights were kept.
 * @param {Job} job
 */
async function train(job) {
  const { experiment, network, checkpoint, data, signed } = job;
  let best = { epoch: 0, val_loss: Number.POSITIVE_INFINITY };

  for (let epoch = 1; epoch <= study.epochs; epoch++) {
    const val_loss = await telemetry.span('crucible_train.epoch', { ...signed, epoch }, async (span) => {
      const loss = await trainEpoch(job, epoch);
      const validation = network.evaluate(data.validation);
      span.measure({ loss, val_loss: validation.loss, accuracy: validation.accuracy });
      return validation.loss;
    });
    await experiment.logMetric('val_loss', val_loss, { step: epoch });

    if (val_loss < best.val_loss) {
      best = { epoch, val_loss };
      await network.save(checkpoint);
      const saved = { ...signed, epoch, checkpoint_path: checkpoint.path, best: true };
      telemetry.execute('crucible_train.checkpoint.saved', { val_loss }, saved);
    }
  }
  return best.epoch;
}

/**
 * Returns the mean loss over the batches.
 * @param {Job} job
 * @param {number} epoch
 */
async function trainEpoch({ condition, network, data, random, signed }, epoch) {
  const { learningRate: learning_rate } = condition;
  const perEpoch = Math.ceil(data.train.length / study.batchSize);
  let batch = 0;
  let total = 0;
  for (const samples of batches(data.train, study.batchSize, random)) {
    const step = (epoch - 1) * perEpoch + batch;
    const start = performance.now();
    const { loss, gradient_norm } = network.learn(samples);
    const duration = performance.now() - start;
    batchStop.execute({ duration, loss, gradient_norm, learning_rate }, { ...signed, epoch, batch, step });
    total += loss;
    batch++;
    await turn(); // here the other trials train their batches
  }
  return total / batch;
}

/**
 * One inference for each test image, scored.
 * @param {Job} job
 * @param {string} version
 */
async function test({ experiment, network, data, signed }, version) {
  const model = { model_name: MODEL_NAME, model_version: version };
  const sizes = { input_size: PIXELS, output_size: CLASSES, batch_size: 1 };
  for (const sample of data.test) {
    const metadata = { ...signed, ...model, ...sizes, sample_id: sample.id };
    // No await inside: the duration is this network's alone.
    const digit = telemetry.span('crucible_deployment.inference', metadata, (span) => {
      const answer = network.classify(sample);
      span.annotate({ response: answer });
      return answer;
    });
    experiment.score('exact_match', digit === sample.label, { ...signed, sample_id: sample.id });
    await turn();
  }
}
