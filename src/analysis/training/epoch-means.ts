import { CompensatedSum } from '../../stats/sum.ts';
import { type EpochMetrics, TRAINING_FIELDS } from './training-metrics.ts';

interface Mean {
  readonly sum: CompensatedSum;
  count: number;
}

/** One mean for each training field. */
type Means = readonly Mean[];

/** Means of the training fields by epoch. See `EpochMetrics` for which events count. */
export class EpochMeans {
  readonly #ofEpochs = new Map<number, Means>();
  readonly #ofOthers = new Map<number, Means>();

  /** Takes a finite value of the training field at that index. */
  add(epoch: number, endOfEpoch: boolean, field: number, value: number): void {
    const byEpoch = endOfEpoch ? this.#ofEpochs : this.#ofOthers;
    let means = byEpoch.get(epoch);
    if (!means) {
      means = TRAINING_FIELDS.map(() => ({ sum: new CompensatedSum(), count: 0 }));
      byEpoch.set(epoch, means);
    }
    const mean = means[field]!;
    mean.sum.add(value);
    mean.count++;
  }

  toList(): EpochMetrics[] {
    const epochs = [...new Set([...this.#ofEpochs.keys(), ...this.#ofOthers.keys()])].sort((a, b) => a - b);
    return epochs.map((epoch) => {
      const values = TRAINING_FIELDS.map((name, field) => {
        const own = this.#ofEpochs.get(epoch)?.[field];
        const mean = own?.count ? own : this.#ofOthers.get(epoch)?.[field];
        return [name, mean?.count ? mean.sum.value / mean.count : null] as const;
      });
      return { epoch, ...Object.fromEntries(values) } as EpochMetrics;
    });
  }
}
