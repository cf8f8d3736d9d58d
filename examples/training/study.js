// @ts-check
// The question, and everything that decides the answer.
import * as tf from '@tensorflow/tfjs';

/**
 * One of the things compared.
 * @typedef {{ name: string, title: string, learningRate: number, optimizer: (rate: number) => tf.Optimizer }} Condition
 */

/** @type {Condition} */
const control = {
  name: 'adam',
  title: 'Adam',
  learningRate: 0.001,
  optimizer: (rate) => tf.train.adam(rate),
};

/** @type {Condition} */
const treatment = {
  name: 'momentum',
  title: 'momentum 0.9',
  learningRate: 0.05,
  optimizer: (rate) => tf.train.momentum(rate, 0.9),
};

export const study = {
  name: 'optimizers-on-mnist',
  hypothesis: 'Momentum at a tuned rate reads more unseen digits than Adam at its default rate',
  control: control.name,
  conditions: [control, treatment],
  /** Each condition is trained once from each seed, which decides the split, the order of the batches and the first weights. */
  seeds: [1, 2, 3],
  epochs: 9,
  batchSize: 50,
  images: { train: 5000, validation: 1500, test: 1000 },
};
