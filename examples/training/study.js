// @ts-check
// The question, and everything that decides the answer.
import * as tf from '@tensorflow/tfjs';

/**
 * One of the things compared.
 * @typedef {{ name: string, title: string, learningRate: number, optimizer: () => tf.Optimizer }} Condition
 */

/** @type {Condition} */
const control = {
  name: 'adam',
  title: 'Adam, rate 0.001',
  learningRate: 0.001,
  optimizer: () => tf.train.adam(0.001),
};

/** @type {Condition} */
const treatment = {
  name: 'momentum',
  title: 'momentum 0.9, rate 0.05',
  learningRate: 0.05,
  optimizer: () => tf.train.momentum(0.05, 0.9),
};

export const study = {
  name: 'optimizers-on-mnist',
  question: 'Does momentum at a tuned rate read more unseen digits than Adam at its default?',
  conditions: [control, treatment],
  /** Each condition is trained once from each seed, which decides the split, the order of the batches and the first weights. */
  seeds: [1, 2, 3],
  epochs: 9,
  batchSize: 50,
  images: { train: 5000, validation: 1500, test: 1000 },
};
