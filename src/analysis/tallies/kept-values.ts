import {
  type WeightedEstimate,
  weightedDeviation,
  weightedMean,
  weightedTotal,
} from '../../stats/sampling/weighted-estimate.ts';
import { weightedQuantile, weightedQuantiles } from '../../stats/sampling/weighted-quantile.ts';
import { weightedRate } from '../../stats/sampling/weighted-rate.ts';

/** How a record came to be kept. */
export interface Chance {
  readonly inclusion: number;
  /** What has one key was kept or left together. */
  readonly key: number;
  /** The writer in whose reservoir it was; −1 for one that was decided by its key. */
  readonly reservoir: number;
}

/** Finite values of sampled records, with what is needed to weigh them. */
export class KeptValues {
  /** How many records a reservoir that has let some go holds; null where there is none. */
  readonly #reservoirSize: number | null;
  #values: number[] = [];
  #inclusion: number[] = [];
  #keys: number[] = [];
  #reservoirs: number[] = [];

  constructor(reservoirSize: number | null) {
    this.#reservoirSize = reservoirSize;
  }

  /** All values of several lists. */
  static joined(lists: readonly KeptValues[], reservoirSize: number | null): KeptValues {
    if (lists.length === 1) return lists[0]!;
    const joined = new KeptValues(reservoirSize);
    joined.#values = lists.flatMap((list) => list.#values);
    joined.#inclusion = lists.flatMap((list) => list.#inclusion);
    joined.#keys = lists.flatMap((list) => list.#keys);
    joined.#reservoirs = lists.flatMap((list) => list.#reservoirs);
    return joined;
  }

  add(value: number, { inclusion, key, reservoir }: Chance): void {
    if (value - value !== 0) return;
    this.#values.push(value);
    this.#inclusion.push(inclusion);
    this.#keys.push(key);
    this.#reservoirs.push(reservoir);
  }

  mean(): WeightedEstimate {
    return weightedMean(this.#values, this.#inclusion, { clusters: this.#keys });
  }

  /** Of values that are 0 or 1. */
  rate(): WeightedEstimate {
    return weightedRate(this.#values, this.#inclusion, { clusters: this.#keys });
  }

  quantile(p: number): WeightedEstimate {
    return weightedQuantile(this.#values, this.#inclusion, p, { clusters: this.#keys });
  }

  quantiles(probabilities: readonly number[]): (number | null)[] {
    return weightedQuantiles(this.#values, this.#inclusion, probabilities);
  }

  total(): WeightedEstimate {
    const size = this.#reservoirSize;
    if (size === null || !this.#reservoirs.every((reservoir) => reservoir >= 0)) {
      return weightedTotal(this.#values, this.#inclusion, { together: this.#keys });
    }
    return weightedTotal(this.#values, this.#inclusion, { fixed: { samples: this.#reservoirs, size } });
  }

  deviation(mean: number | null): number | null {
    return weightedDeviation(this.#values, this.#inclusion, mean);
  }
}
