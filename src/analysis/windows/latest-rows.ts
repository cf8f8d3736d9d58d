import type { ColumnBatch } from '../../record/batch.ts';

/** A row of a batch, by reference. */
export interface RowPlace {
  readonly batch: ColumnBatch;
  readonly row: number;
  readonly timestamp: number;
}

/** The order of records in time: by timestamp, then writer and sequence. */
export function inTime(a: RowPlace, b: RowPlace): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp;
  const writerA = a.batch.schema.writerId;
  const writerB = b.batch.schema.writerId;
  if (writerA !== writerB) return writerA < writerB ? -1 : 1;
  return a.batch.firstSequence + a.row - (b.batch.firstSequence + b.row);
}

/** The latest few of any number of rows: a binary heap with the earliest of them on top. */
export class LatestRows {
  readonly #limit: number;
  readonly #heap: RowPlace[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A row before this time would not be among them. */
  get threshold(): number {
    return this.#heap.length < this.#limit ? Number.NEGATIVE_INFINITY : this.#heap[0]!.timestamp;
  }

  add(place: RowPlace): void {
    const heap = this.#heap;
    if (heap.length < this.#limit) {
      heap.push(place);
      this.#rise(heap.length - 1);
    } else if (inTime(place, heap[0]!) > 0) {
      heap[0] = place;
      this.#sink();
    }
  }

  /** The rows in the order of time. */
  toList(): RowPlace[] {
    return [...this.#heap].sort(inTime);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (inTime(heap[parent]!, heap[at]!) <= 0) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < heap.length && inTime(heap[left]!, heap[least]!) < 0) least = left;
      if (right < heap.length && inTime(heap[right]!, heap[least]!) < 0) least = right;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const place = this.#heap[a]!;
    this.#heap[a] = this.#heap[b]!;
    this.#heap[b] = place;
  }
}
