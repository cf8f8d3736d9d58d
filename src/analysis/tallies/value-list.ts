import { type Description, describe } from '../../stats/describe.ts';
import { quantiles } from '../../stats/quantile.ts';
import { sum } from '../../stats/sum.ts';

/** The finite ones of many numbers, in memory, and how many others there were. What is derived is derived once. */
export class ValueList {
  nonFinite = 0;
  #values = new Float64Array(16);
  #count = 0;
  #description: Description | undefined;
  readonly #quantiles = new Map<string, (number | null)[]>();

  add(value: number): void {
    if (value - value !== 0) {
      this.nonFinite++;
      return;
    }
    if (this.#count === this.#values.length) this.#grow(this.#count * 2);
    this.#values[this.#count++] = value;
  }

  get count(): number {
    return this.#count;
  }

  /** Compensated; null of nothing. */
  get total(): number | null {
    return this.#count === 0 ? null : sum(this.#values, this.#count);
  }

  get mean(): number | null {
    return this.description.mean;
  }

  get description(): Description {
    this.#description ??= describe(this.#used());
    return this.#description;
  }

  /** Exact quantiles of type 7. */
  quantiles(probabilities: readonly number[]): (number | null)[] {
    const key = probabilities.join();
    let found = this.#quantiles.get(key);
    if (!found) {
      found = quantiles(this.#used(), probabilities, { inPlace: true });
      this.#quantiles.set(key, found);
    }
    return found;
  }

  /** All values of several lists: the list itself where only one holds any. */
  static joined(lists: readonly ValueList[]): ValueList {
    const filled = lists.filter((list) => list.#count > 0 || list.nonFinite > 0);
    if (filled.length <= 1) return filled[0] ?? new ValueList();
    const joined = new ValueList();
    joined.#grow(filled.reduce((count, list) => count + list.#count, 0));
    for (const list of filled) {
      joined.#values.set(list.#used(), joined.#count);
      joined.#count += list.#count;
      joined.nonFinite += list.nonFinite;
    }
    return joined;
  }

  #used(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }

  #grow(length: number): void {
    const values = new Float64Array(length);
    values.set(this.#used());
    this.#values = values;
  }
}
