import { telemetry } from '../../bus/shared.ts';
import { type Random, seededRandom } from '../../core/random.ts';
import type { Experiment } from '../../lab/experiment.ts';
import type { Lab } from '../../lab/lab.ts';
import { type Example, Network } from './network.ts';
import { type Penguin, penguins } from './penguins.ts';

/** A condition of the study. */
interface Condition {
  readonly condition: string;
  readonly model_name: string;
  readonly hidden: number;
}

const CONDITIONS: readonly Condition[] = [
  { condition: 'control', model_name: 'logistic', hidden: 0 },
  { condition: 'treatment', model_name: 'perceptron', hidden: 16 },
];

const SEEDS: readonly number[] = [1, 2, 3, 4, 5];

const EPOCHS = 60;
const BATCH_SIZE = 16;
const LEARNING_RATE = 0.02;
const TEST_SHARE = 0.25;
const DATASET = 'palmerpenguins';

interface Bird extends Example {
  readonly sample_id: string;
}

/**
 * Trains both models once for each seed, each run an experiment of the study: epochs as training events, the birds that were held
 * back as inferences with a score. Runs of one seed have the same birds, so that they can be paired. Returns the number of runs.
 */
export async function runStudy(lab: Lab, study: string, onRun: (done: number, total: number) => void): Promise<number> {
  await warmUp(lab);
  const total = SEEDS.length * CONDITIONS.length;
  let done = 0;
  for (const seed of SEEDS) {
    // Whoever comes first, by turns.
    for (const { condition, model_name, hidden } of seed % 2 === 0 ? CONDITIONS.toReversed() : CONDITIONS) {
      const experiment = await lab.startExperiment({
        name: `${model_name}-seed-${seed}`,
        study,
        condition,
        replicate: `seed-${seed}`,
        hypothesis: 'A small perceptron tells the sex of a penguin better than logistic regression.',
        tags: ['demo'],
        metadata: { dataset: DATASET, learning_rate: LEARNING_RATE, epochs: EPOCHS, hidden },
      });
      experiment.run(() => trainAndTest(experiment, model_name, hidden, seed));
      await experiment.stop();
      onRun(++done, total);
    }
  }
  return done;
}

// Code that ran before runs faster: without this the first runs would look slow, whatever their model.
async function warmUp(lab: Lab): Promise<void> {
  for (const { model_name, hidden } of CONDITIONS) {
    const experiment = await lab.startExperiment({ name: 'warm-up' });
    experiment.run(() => trainAndTest(experiment, model_name, hidden, 0));
    await experiment.delete();
  }
}

function trainAndTest(experiment: Experiment, model_name: string, hidden: number, seed: number): void {
  const { train, test } = split(penguins(), seededRandom(`birds ${seed}`));
  const network = new Network(4, hidden, seededRandom(`weights ${seed}`));
  const job = { model_name, seed, dataset: DATASET, optimizer: 'momentum', batch_size: BATCH_SIZE };
  const began = performance.now();
  telemetry.execute('crucible_train.training.start', { epochs: EPOCHS, samples: train.length }, job);
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const from = performance.now();
    const gradient_norm = trainEpoch(network, train, seededRandom(`order ${seed} ${epoch}`));
    const { loss, accuracy } = network.evaluate(train);
    const validation = network.evaluate(test);
    telemetry.execute(
      'crucible_train.epoch.stop',
      {
        duration: performance.now() - from,
        loss,
        accuracy,
        val_loss: validation.loss,
        val_accuracy: validation.accuracy,
        learning_rate: LEARNING_RATE,
        gradient_norm,
        samples: train.length,
      },
      { ...job, epoch },
    );
  }
  telemetry.execute('crucible_train.training.stop', { duration: performance.now() - began, epochs: EPOCHS }, job);
  for (const bird of test) infer(experiment, network, model_name, bird);
}

function trainEpoch(network: Network, examples: readonly Example[], random: Random): number {
  const order = shuffled(examples, random);
  let norm = 0;
  let steps = 0;
  for (let from = 0; from < order.length; from += BATCH_SIZE, steps++) {
    norm += network.step(order.slice(from, from + BATCH_SIZE), LEARNING_RATE);
  }
  return norm / steps;
}

function infer(experiment: Experiment, network: Network, model_name: string, { input, target, sample_id }: Bird): void {
  const probability = telemetry.span(
    'crucible_deployment.inference',
    { model_name, model_version: '1', sample_id, input_size: input.length },
    () => network.predict(input),
  );
  experiment.score('correct', probability > 0.5 === (target === 1), { sample_id });
}

function split(birds: readonly Penguin[], random: Random): { train: Bird[]; test: Bird[] } {
  const order = shuffled(birds, random);
  const held = Math.round(order.length * TEST_SHARE);
  const seen = order.slice(held);
  // Scaled by what is known of the birds that are learned from.
  const scales = [0, 1, 2, 3].map((i) => scaleOf(seen.map(({ measures }) => measures[i]!)));
  const bird = ({ row, measures, isMale }: Penguin): Bird => ({
    input: measures.map((value, i) => (value - scales[i]!.mean) / scales[i]!.deviation),
    target: isMale ? 1 : 0,
    sample_id: `penguin-${row}`,
  });
  return { train: seen.map(bird), test: order.slice(0, held).map(bird) };
}

function scaleOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

// Fisher and Yates.
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
