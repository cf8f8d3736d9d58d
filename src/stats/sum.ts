/**
 * A running sum that carries what rounding takes away (Neumaier 1974): the result is as good as if the sum had been held in
 * twice the precision. Infinities and overflow give what plain addition gives, so `Infinity` stays `Infinity`.
 */
export class CompensatedSum {
  #sum = 0;
  #lost = 0;

  add(x: number): void {
    const before = this.#sum;
    const after = before + x;
    this.#lost += Math.abs(before) >= Math.abs(x) ? before - after + x : x - after + before;
    this.#sum = after;
  }

  /** Adds what `other` holds; `other` is unchanged. */
  merge(other: CompensatedSum): void {
    const lost = other.#lost;
    this.add(other.#sum);
    this.#lost += lost;
  }

  get value(): number {
    return corrected(this.#sum, this.#lost);
  }
}

/** The compensated sum of the first `length` values, all of them by default. No values sum to 0. */
export function sum(values: ArrayLike<number>, length: number = values.length): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < length; i++) {
    const x = values[i]!;
    const after = total + x;
    lost += Math.abs(total) >= Math.abs(x) ? total - after + x : x - after + total;
    total = after;
  }
  return corrected(total, lost);
}

// Past an infinity the correction is NaN (∞ − ∞) and the plain sum is already the answer.
function corrected(total: number, lost: number): number {
  return Number.isFinite(total) ? total + lost : total;
}
