import { bySource, trainingSource } from '../../events/training-source.ts';
import { type SeriesSummary, StreamingSeries } from './series.ts';

/** A series of one training field, of one kind of event. */
export interface TrainingSeriesSummary extends SeriesSummary {
  /**
   * The event whose values these are, without `.stop`; null before there is one. The epochs' own as soon as one has a value, until then those of
   * the first event by name: batches and epochs are never pooled.
   */
  readonly event: string | null;
}

/** Values of the first source that has any, in constant memory: when one comes that goes before, the series begins anew with it. */
export class TrainingSeries {
  #series = new StreamingSeries();
  #source: string | null = null;
  #lastName = '';
  #lastCounts = false;

  add(eventName: string, value: number): void {
    if (eventName !== this.#lastName) {
      this.#lastName = eventName;
      this.#lastCounts = this.#turnTo(trainingSource(eventName));
    }
    if (this.#lastCounts) this.#series.add(value);
  }

  /** Takes in what another series saw, if that is of the same source or of one that goes before; it stays as it is. */
  merge(other: TrainingSeries): void {
    if (other.#source === null || !this.#turnTo(other.#source)) return;
    this.#series.merge(other.#series);
    this.#lastName = '';
  }

  summary(): TrainingSeriesSummary {
    return { ...this.#series.summary(), event: this.#source };
  }

  // Whether values of this source count.
  #turnTo(source: string): boolean {
    const order = this.#source === null ? -1 : bySource(source, this.#source);
    if (order > 0) return false;
    if (order < 0) {
      this.#series = new StreamingSeries();
      this.#source = source;
    }
    return true;
  }
}
