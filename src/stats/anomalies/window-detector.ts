import { requireAtLeast } from '../special/checks.ts';
import { type AnomalyMethod, type Baseline, baselineOf, scoreOf } from './baseline.ts';
import { type AnomalyOptions, checkedThreshold } from './find-anomalies.ts';
import { type AnomalyScale, scaled } from './scale.ts';

export interface WindowOptions extends AnomalyOptions {
  /** How many values before it a value is held against. Default 200, at least 3. */
  readonly window?: number;
  /** How many values there must be before any is judged. Default 30, at most `window`. */
  readonly warmUp?: number;
}

/** What a detector says of one value. */
export interface Judgement {
  /** Whether the value is far from what came before; `null` where that cannot be told. */
  readonly flagged: boolean | null;
  /** `null` while warming up, without variation, and for a value that has no place on the scale. */
  readonly score: number | null;
}

const UNJUDGED: Judgement = { flagged: null, score: null };

/**
 * Holds each value of a stream against a window of those before it, and only then takes it in: a value never raises its own
 * threshold. A window forgets: values that keep coming are soon no anomaly. A value costs a few microseconds for each hundred of
 * the window.
 */
export class WindowDetector {
  readonly method: AnomalyMethod;
  readonly scale: AnomalyScale;
  readonly threshold: number;
  readonly #values: Float64Array;
  readonly #warmUp: number;
  #seen = 0;
  #skipped = 0;

  /** Throws `invalid_argument` for options out of range. */
  constructor({ method = 'mad', scale = 'linear', threshold, window = 200, warmUp = 30 }: WindowOptions = {}) {
    requireAtLeast('window', window, 3);
    requireAtLeast('warmUp', warmUp, 3);
    this.method = method;
    this.scale = scale;
    this.threshold = checkedThreshold(method, threshold);
    this.#values = new Float64Array(window);
    this.#warmUp = Math.min(warmUp, window);
  }

  update(value: number | null | undefined): Judgement {
    const place = scaled(value, this.scale);
    if (place === null) {
      this.#skipped++;
      return UNJUDGED;
    }
    const score = this.#seen < this.#warmUp ? null : scoreOf(place, this.baseline, this.method);
    this.#values[this.#seen++ % this.#values.length] = place;
    return score === null ? UNJUDGED : { flagged: Math.abs(score) > this.threshold, score };
  }

  /** What the next value is held against. */
  get baseline(): Baseline {
    return baselineOf(this.#values.slice(0, Math.min(this.#seen, this.#values.length)), this.method);
  }

  /** Values so far that have no place on the scale. */
  get skipped(): number {
    return this.#skipped;
  }
}
