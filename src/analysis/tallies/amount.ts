import { CompensatedSum } from '../../stats/sum.ts';
import type { AmountSummary } from '../experiment-metrics.ts';

/** A running total of a count-like field. */
export class Amount {
  #count = 0;
  #nonFinite = 0;
  readonly #sum = new CompensatedSum();

  add(value: number): void {
    if (value - value !== 0) {
      this.#nonFinite++;
      return;
    }
    this.#count++;
    this.#sum.add(value);
  }

  merge(other: Amount): void {
    this.#count += other.#count;
    this.#nonFinite += other.#nonFinite;
    this.#sum.merge(other.#sum);
  }

  summary(): AmountSummary {
    const count = this.#count;
    return {
      count,
      total: count === 0 ? null : this.#sum.value,
      mean: count === 0 ? null : this.#sum.value / count,
      non_finite: this.#nonFinite,
    };
  }
}
