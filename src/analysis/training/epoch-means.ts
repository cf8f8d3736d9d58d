import { bySource, trainingSource } from '../../events/training-source.ts';
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
  readonly #byEvent = new Map<string, Map<number, Means>>();

  /** Takes a finite value of the training field at that index. */
  add(epoch: number, event: string, field: number, value: number): void {
    let byEpoch = this.#byEvent.get(event);
    if (!byEpoch) {
      byEpoch = new Map();
      this.#byEvent.set(event, byEpoch);
    }
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
    const inOrder = [...this.#byEvent.keys()].sort(byEvent).map((event) => this.#byEvent.get(event)!);
    const epochs = [...new Set(inOrder.flatMap((byEpoch) => [...byEpoch.keys()]))].sort((a, b) => a - b);
    return epochs.map((epoch) => {
      const values = TRAINING_FIELDS.map((name, field) => {
        const mean = inOrder.map((byEpoch) => byEpoch.get(epoch)?.[field]).find((own) => own?.count);
        return [name, mean ? mean.sum.value / mean.count : null] as const;
      });
      return { epoch, ...Object.fromEntries(values) } as EpochMetrics;
    });
  }
}

// What an end says comes before what a start announced.
function byEvent(a: string, b: string): number {
  return bySource(trainingSource(a), trainingSource(b)) || (a > b ? -1 : 1);
}
