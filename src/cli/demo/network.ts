import type { Random } from '../../core/random.ts';

/** An input and the class that is wanted for it: 0 or 1. */
export interface Example {
  readonly input: readonly number[];
  readonly target: number;
}

/** What some examples came to. */
export interface Evaluation {
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** Share of examples on the right side of one half. */
  readonly accuracy: number;
}

const MOMENTUM = 0.9;

/**
 * A classifier of two classes: logistic regression, or with hidden units a perceptron of one layer (tanh). It learns by gradient
 * descent with momentum.
 */
export class Network {
  readonly #inputs: number;
  readonly #hidden: number;
  /** Of each unit its weights, then its bias; the output unit last. */
  readonly #weights: Float64Array;
  readonly #velocity: Float64Array;
  readonly #gradient: Float64Array;
  readonly #activations: Float64Array;

  constructor(inputs: number, hidden: number, random: Random) {
    this.#inputs = inputs;
    this.#hidden = hidden;
    const size = hidden * (inputs + 1) + (hidden || inputs) + 1;
    this.#weights = Float64Array.from({ length: size }, () => (random() - 0.5) / Math.sqrt(inputs));
    this.#velocity = new Float64Array(size);
    this.#gradient = new Float64Array(size);
    this.#activations = new Float64Array(hidden);
  }

  /** How many numbers it learns. */
  get parameters(): number {
    return this.#weights.length;
  }

  /** The probability of class 1. */
  predict(input: readonly number[]): number {
    const { length } = this.#weights;
    const below = this.#hidden ? this.#activate(input) : input;
    const start = length - below.length - 1;
    let sum = this.#weights[length - 1]!;
    for (let i = 0; i < below.length; i++) sum += this.#weights[start + i]! * below[i]!;
    return 1 / (1 + Math.exp(-sum));
  }

  /** One step down the gradient of some examples. Returns the norm of that gradient. */
  step(examples: readonly Example[], rate: number): number {
    const gradient = this.#gradient.fill(0);
    for (const example of examples) this.#accumulate(example);
    let square = 0;
    for (let i = 0; i < gradient.length; i++) {
      const slope = gradient[i]! / examples.length;
      square += slope * slope;
      this.#velocity[i] = MOMENTUM * this.#velocity[i]! - rate * slope;
      this.#weights[i]! += this.#velocity[i]!;
    }
    return Math.sqrt(square);
  }

  evaluate(examples: readonly Example[]): Evaluation {
    let loss = 0;
    let right = 0;
    for (const { input, target } of examples) {
      const probability = this.predict(input);
      loss -= Math.log(Math.max(target === 1 ? probability : 1 - probability, 1e-12));
      if (probability > 0.5 === (target === 1)) right++;
    }
    return { loss: loss / examples.length, accuracy: right / examples.length };
  }

  #activate(input: readonly number[]): Float64Array {
    for (let unit = 0; unit < this.#hidden; unit++) {
      const at = unit * (this.#inputs + 1);
      let sum = this.#weights[at + this.#inputs]!;
      for (let i = 0; i < this.#inputs; i++) sum += this.#weights[at + i]! * input[i]!;
      this.#activations[unit] = Math.tanh(sum);
    }
    return this.#activations;
  }

  #accumulate({ input, target }: Example): void {
    const gradient = this.#gradient;
    const { length } = gradient;
    // The slope of the cross-entropy of a logistic unit.
    const error = this.predict(input) - target;
    const below = this.#hidden ? this.#activations : input;
    const start = length - below.length - 1;
    gradient[length - 1]! += error;
    for (let i = 0; i < below.length; i++) {
      gradient[start + i]! += error * below[i]!;
      if (!this.#hidden) continue;
      const back = error * this.#weights[start + i]! * (1 - below[i]! * below[i]!);
      const at = i * (this.#inputs + 1);
      for (let j = 0; j < this.#inputs; j++) gradient[at + j]! += back * input[j]!;
      gradient[at + this.#inputs]! += back;
    }
  }
}
