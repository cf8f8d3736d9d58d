import { ExponentialHistogram } from '../../stats/exponential-histogram.ts';
import { Moments } from '../../stats/moments.ts';
import { quantiles } from '../../stats/quantile.ts';

/** Up to this many values a series keeps them all and answers exactly; beyond, from its histogram. */
export const EXACT_LIMIT = 2048;

/** The state of one series. Standard deviation is the sample's (n − 1). Undefined quantities are null. */
export interface SeriesSummary {
  readonly count: number;
  readonly sum: number;
  readonly mean: number | null;
  readonly std_dev: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** True while the percentiles are those of the values themselves. */
  readonly exact: boolean;
  /** The largest relative error of a percentile: 0 while exact. */
  readonly relative_error_bound: number;
  /** NaN and infinite values: counted here and in nothing else. */
  readonly non_finite: number;
}

/** Moments, extremes and percentiles of a stream in bounded memory, mergeable with those of another part of it. */
export class StreamingSeries {
  readonly #moments = new Moments();
  #values: Float64Array | undefined = new Float64Array(32);
  #histogram: ExponentialHistogram | undefined;
  #nonFinite = 0;

  add(value: number): void {
    if (value - value !== 0) {
      this.#nonFinite++;
      return;
    }
    const values = this.#values;
    if (values) {
      const count = this.#moments.count;
      if (count === values.length) {
        this.#grow(values);
        this.#values?.fill(value, count, count + 1);
        this.#histogram?.add(value);
      } else {
        values[count] = value;
      }
    } else {
      this.#histogram!.add(value);
    }
    this.#moments.add(value);
  }

  /** Takes in what another series saw; it stays as it is. */
  merge(other: StreamingSeries): void {
    this.#nonFinite += other.#nonFinite;
    const { count } = other.#moments;
    const values = other.#values;
    if (values) {
      for (let i = 0; i < count; i++) this.add(values[i]!);
      return;
    }
    if (this.#values) this.#spill(this.#values.subarray(0, this.#moments.count));
    this.#histogram!.merge(other.#histogram!);
    this.#moments.merge(other.#moments);
  }

  summary(): SeriesSummary {
    const moments = this.#moments;
    const [p50, p90, p95, p99] = this.#percentiles([0.5, 0.9, 0.95, 0.99]);
    return {
      count: moments.count,
      sum: moments.sum,
      mean: moments.mean,
      std_dev: moments.standardDeviation,
      min: moments.min,
      max: moments.max,
      p50: p50 ?? null,
      p90: p90 ?? null,
      p95: p95 ?? null,
      p99: p99 ?? null,
      exact: this.#values !== undefined,
      relative_error_bound: this.#histogram?.relativeErrorBound ?? 0,
      non_finite: this.#nonFinite,
    };
  }

  #percentiles(probabilities: readonly number[]): (number | null)[] {
    if (this.#values) return quantiles(this.#values.slice(0, this.#moments.count), probabilities, { inPlace: true });
    return probabilities.map((p) => this.#histogram!.quantile(p));
  }

  #grow(values: Float64Array): void {
    if (values.length >= EXACT_LIMIT) {
      this.#spill(values);
    } else {
      this.#values = new Float64Array(values.length * 2);
      this.#values.set(values);
    }
  }

  #spill(values: Float64Array): void {
    this.#histogram = new ExponentialHistogram();
    for (const value of values) this.#histogram.add(value);
    this.#values = undefined;
  }
}
