// @ts-check
// A small multilayer perceptron in TensorFlow.js. Nothing here knows of telemetry.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { CLASSES, PIXELS } from './data.js';

/** @typedef {import('./data.js').Sample} Sample */

const HIDDEN = 32;

export const MODEL_NAME = `mlp-${PIXELS}-${HIDDEN}-${CLASSES}`;

/** The WebAssembly backend, from the installed package: for this network several times faster than the JavaScript one. */
export async function startTensorFlow() {
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(main), '/'));
  tf.enableProdMode();
  if (!(await tf.setBackend('wasm'))) throw new Error('The WebAssembly backend of TensorFlow.js did not start.');
}

/**
 * A network with weights drawn from `seed`. It owns the optimizer and disposes of it.
 * @param {{ seed: number, optimizer: tf.Optimizer }} options
 */
export function createNetwork({ seed, optimizer }) {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        inputShape: [PIXELS],
        units: HIDDEN,
        activation: 'relu',
        kernelInitializer: tf.initializers.heNormal({ seed }),
      }),
      tf.layers.dense({ units: CLASSES, kernelInitializer: tf.initializers.glorotUniform({ seed: seed + 1000 }) }),
    ],
  });
  const logits = (/** @type {tf.Tensor} */ images) => /** @type {tf.Tensor2D} */ (model.apply(images));

  return {
    /**
     * One step of the optimizer. `loss` is the cross-entropy before it, in nats.
     * @param {Sample[]} samples
     */
    learn(samples) {
      const [loss, squaredNorm] = tf.tidy(() => {
        const { images, labels } = tensors(samples);
        const { value, grads } = optimizer.computeGradients(() => crossEntropy(labels, logits(images)));
        optimizer.applyGradients(grads);
        const squares = Object.values(grads).map((gradient) => gradient.square().sum());
        return tf.stack([value, tf.addN(squares)]).dataSync();
      });
      return { loss: Number(loss), gradient_norm: Math.sqrt(Number(squaredNorm)) };
    },

    /**
     * Mean cross-entropy, in nats, and the share of right answers.
     * @param {Sample[]} samples
     */
    evaluate(samples) {
      const [loss, accuracy] = tf.tidy(() => {
        const { images, labels } = tensors(samples);
        const answers = logits(images);
        const right = answers.argMax(1).equal(labels.argMax(1)).mean();
        return tf.stack([crossEntropy(labels, answers), right]).dataSync();
      });
      return { loss: Number(loss), accuracy: Number(accuracy) };
    },

    /**
     * The digit that one image shows.
     * @param {Sample} sample
     */
    classify({ pixels }) {
      return Number(
        tf.tidy(() =>
          logits(tf.tensor2d(pixels, [1, PIXELS]))
            .argMax(1)
            .dataSync(),
        )[0],
      );
    },

    /**
     * Gives the model to a handler of TensorFlow.js.
     * @param {tf.io.IOHandler} handler
     */
    async save(handler) {
      await model.save(handler);
    },

    /**
     * Takes the weights of a saved model.
     * @param {tf.io.IOHandler} handler
     */
    async restore(handler) {
      const saved = await tf.loadLayersModel(handler);
      model.setWeights(saved.getWeights());
      saved.dispose();
    },

    dispose() {
      model.dispose();
      optimizer.dispose();
    },
  };
}

/** @param {Sample[]} samples */
function tensors(samples) {
  const pixels = new Float32Array(samples.length * PIXELS);
  samples.forEach((sample, i) => {
    pixels.set(sample.pixels, i * PIXELS);
  });
  const labels = samples.map((sample) => sample.label);
  return {
    images: tf.tensor2d(pixels, [samples.length, PIXELS]),
    labels: tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES),
  };
}

/**
 * @param {tf.Tensor} labels
 * @param {tf.Tensor} answers
 * @returns {tf.Scalar}
 */
function crossEntropy(labels, answers) {
  return tf.losses.softmaxCrossEntropy(labels, answers).asScalar();
}
