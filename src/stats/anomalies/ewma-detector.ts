import { requireAtLeast, requireFraction, requirePositive } from '../special/checks.ts';
import { type AnomalyScale, scaled } from './scale.ts';
import type { Judgement } from './window-detector.ts';

export interface EwmaOptions {
  /** The weight of a new value, between 0 and 1. Default 0.05: the mean looks back over some 20 values. */
  readonly weight?: number;
  /** Default 4. */
  readonly threshold?: number;
  /** Default `linear`; `log` for latencies and costs. */
  readonly scale?: AnomalyScale;
  /** How many values there must be before any is judged. Default 30, at least 3. */
  readonly warmUp?: number;
}

const UNJUDGED: Judgement = { flagged: null, score: null };

/**
 * Holds each value of a stream against an exponentially weighted mean and variance (Roberts 1959; variance after West 1979) of those
 * before it, in constant memory. The score is a deviation over its standard error, that of the mean included. The test comes
 * before the update: the other way about a spike raises its own threshold, and for weight · threshold² ≥ 1 nothing is ever flagged. A
 * flagged value counts for the update as if it were at the threshold, so that a spike hardly moves the mean and a shift that
 * stays is taken in.
 */
export class EwmaDetector {
  readonly scale: AnomalyScale;
  readonly threshold: number;
  readonly #weight: number;
  readonly #warmUp: number;
  #seen = 0;
  #skipped = 0;
  #mean = 0;
  #spread = 0;
  /** Σ of squared weights: 1 over the number of values that tell as much. */
  #share = 1;

  /** Throws `invalid_argument` for options out of range. */
  constructor({ weight = 0.05, threshold = 4, scale = 'linear', warmUp = 30 }: EwmaOptions = {}) {
    requireFraction('weight', weight);
    requirePositive('threshold', threshold);
    requireAtLeast('warmUp', warmUp, 3);
    this.scale = scale;
    this.threshold = threshold;
    this.#weight = weight;
    this.#warmUp = warmUp;
  }

  update(value: number | null | undefined): Judgement {
    const place = scaled(value, this.scale);
    if (place === null) {
      this.#skipped++;
      return UNJUDGED;
    }
    const error = this.#error;
    const judged = this.#seen >= this.#warmUp && error > 0;
    const score = judged ? (place - this.#mean) / error : null;
    const flagged = score === null ? null : Math.abs(score) > this.threshold;
    this.#take(flagged ? this.#mean + Math.sign(score!) * this.threshold * error : place);
    return { flagged, score };
  }

  /** Of the scale; `null` of nothing. */
  get mean(): number | null {
    return this.#seen === 0 ? null : this.#mean;
  }

  /** Without the bias that weights and a mean from the same values bring; `null` for fewer than two values. */
  get variance(): number | null {
    return this.#seen < 2 ? null : this.#spread / (1 - this.#share);
  }

  /** Values so far that have no place on the scale. */
  get skipped(): number {
    return this.#skipped;
  }

  get #error(): number {
    return Math.sqrt((this.variance ?? 0) * (1 + this.#share));
  }

  #take(place: number): void {
    this.#seen++;
    // At first a plain mean, until that would give a new value less than its weight.
    const weight = Math.max(this.#weight, 1 / this.#seen);
    const step = place - this.#mean;
    this.#mean += weight * step;
    this.#spread = (1 - weight) * (this.#spread + weight * step * step);
    this.#share = (1 - weight) ** 2 * this.#share + weight * weight;
  }
}
