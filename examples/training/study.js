// @ts-check
// The question, and everything that decides the answer.
import * as tf from '@tensorflow/tfjs';

/**
 * One of the things compared.
 * @typedef {{ name: string, title: string, learningRate: number, optimizer: (rate: number) => tf.Optimizer }} Condition
 */

export const study = {
  name: 'optimizers-on-mnist',
  hypothesis: 'Momentum at a tuned rate reads more unseen digits than Adam at its default rate',
  /** The first condition is the control. */
  conditions: /** @type {[Condition, Condition]} */ ([
    { name: 'adam', title: 'Adam, rate 0.001', learningRate: 0.001, optimizer: tf.train.adam },
    { name: 'momentum', title: 'momentum 0.9, rate 0.05', learningRate: 0.05, optimizer: (rate) => tf.train.momentum(rate, 0.9) },
  ]),
  /** Each condition is trained once from each seed: it decides the split, the order of the batches and the first weights. */
  seeds: [1, 2, 3],
  epochs: 9,
  batchSize: 50,
  images: { train: 5000, validation: 1000, test: 500 },
};
