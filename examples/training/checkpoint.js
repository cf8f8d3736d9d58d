// @ts-check
// Checkpoints on disk in the layers format of TensorFlow.js: `model.json` beside `weights.bin`. The handler `file://` needs
// TensorFlow's native package; these few lines do without.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @typedef {import('@tensorflow/tfjs').io.IOHandler} IOHandler */
/** @typedef {import('@tensorflow/tfjs').io.ModelArtifacts} ModelArtifacts */

/**
 * A handler for `model.save` and `tf.loadLayersModel` that keeps one model in a folder, the newest.
 * @param {string} folder
 * @returns {IOHandler & { path: string }} `path` is the file to load the model from.
 */
export function checkpointIn(folder) {
  const path = join(folder, 'model.json');
  const weightsFile = 'weights.bin';

  return {
    path,

    async save({ weightData, weightSpecs = [], modelTopology, format }) {
      const weights = Buffer.concat([weightData ?? []].flat().map((part) => Buffer.from(part)));
      const manifest = [{ paths: [weightsFile], weights: weightSpecs }];
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, weightsFile), weights);
      await writeFile(path, JSON.stringify({ format, modelTopology, weightsManifest: manifest }));
      return {
        modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON', weightDataBytes: weights.length },
      };
    },

    async load() {
      const weights = await readFile(join(folder, weightsFile));
      const { modelTopology, weightsManifest } = JSON.parse(await readFile(path, 'utf8'));
      return { modelTopology, weightSpecs: weightsManifest[0].weights, weightData: new Uint8Array(weights).buffer };
    },
  };
}
