/**
 * Count, sum, mean, variance and extremes of a stream, in constant memory (Welford 1962), mergeable (Chan, Golub and LeVeque
 * 1979). Values are taken relative to the first one, so a large common offset costs no digits, and the sum is compensated.
 *
 * Add finite numbers only and count the others apart: as in all arithmetic on doubles, one NaN or infinity, or a difference
 * whose square is beyond 1.8e308, makes the results that depend on it NaN or infinite for good.
 */
export class Moments {
  #count = 0;
  #shift = 0;
  #shiftedMean = 0;
  #squares = 0;
  #sum = 0;
  #lost = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(x: number): void {
    const count = this.#count + 1;
    if (count === 1) this.#shift = x;
    this.#count = count;

    const shifted = x - this.#shift;
    const step = shifted - this.#shiftedMean;
    // Times 1/n, not over n: the reciprocal does not wait for the step before it, which halves the cost of a call.
    const mean = this.#shiftedMean + step * (1 / count);
    this.#shiftedMean = mean;
    this.#squares += step * (shifted - mean);

    // Knuth's two-sum: the exact rounding error without a branch.
    const before = this.#sum;
    const after = before + x;
    const part = after - before;
    this.#lost += before - (after - part) + (x - part);
    this.#sum = after;

    if (x < this.#min) this.#min = x;
    if (x > this.#max) this.#max = x;
  }

  /** Takes in what `other` has seen; `other` is unchanged. Merging in another order may change the last bits. */
  merge(other: Moments): void {
    const added = other.#count;
    if (added === 0) return;
    const own = this.#count;
    if (own === 0) this.#shift = other.#shift;
    const count = own + added;
    const step = other.#shift - this.#shift + (other.#shiftedMean - this.#shiftedMean);
    this.#count = count;
    this.#shiftedMean += step * (added / count);
    this.#squares += other.#squares + step * step * own * (added / count);

    const lost = other.#lost;
    const before = this.#sum;
    const after = before + other.#sum;
    const part = after - before;
    this.#lost += before - (after - part) + (other.#sum - part) + lost;
    this.#sum = after;

    if (other.#min < this.#min) this.#min = other.#min;
    if (other.#max > this.#max) this.#max = other.#max;
  }

  get count(): number {
    return this.#count;
  }

  /** Compensated sum; 0 of nothing. */
  get sum(): number {
    return Number.isFinite(this.#sum) ? this.#sum + this.#lost : this.#sum;
  }

  /** `null` of nothing. */
  get mean(): number | null {
    if (this.#count === 0) return null;
    const mean = this.sum / this.#count;
    if (!Number.isFinite(mean)) return this.#shift + this.#shiftedMean;
    // Rounding may carry the mean of equal values an ulp outside of them.
    return Math.min(Math.max(mean, this.#min), this.#max);
  }

  /** Sample variance (divisor n − 1); `null` for fewer than two values. */
  get variance(): number | null {
    return this.#count < 2 ? null : this.#squares / (this.#count - 1);
  }

  /** Square root of the sample variance; `null` for fewer than two values. */
  get standardDeviation(): number | null {
    const variance = this.variance;
    return variance === null ? null : Math.sqrt(variance);
  }

  /** `null` of nothing. A zero is 0 whatever its sign. */
  get min(): number | null {
    return this.#count === 0 ? null : this.#min + 0;
  }

  /** `null` of nothing. */
  get max(): number | null {
    return this.#count === 0 ? null : this.#max + 0;
  }
}
