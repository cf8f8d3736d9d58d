import { TrailingLoss } from '../../analysis/training/trailing-loss.ts';

/** The most points of a run that are drawn. */
export const DRAWN_STEPS = 400;

/** A long series in little memory: every k-th point and the last one, with k doubled whenever the points become too many. */
export class ThinnedSeries {
  values = 0;
  nonFinite = 0;
  #every = 1;
  #kept: [number, number][] = [];
  #last: [number, number] | undefined;
  readonly #loss = new TrailingLoss<number, number>();

  add(x: number, y: number): void {
    if (!Number.isFinite(y) || !Number.isFinite(x)) {
      this.nonFinite++;
      if (Number.isFinite(x)) this.divergeAt(x);
      return;
    }
    this.#loss.keep(x);
    this.#last = [x, y];
    if (this.values++ % this.#every !== 0) return;
    this.#kept.push(this.#last);
    if (this.#kept.length < DRAWN_STEPS) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  /** Notes a value that is not finite, without counting it. */
  divergeAt(x: number): void {
    this.#loss.lose(x, x);
  }

  /** The x from which on no value is finite; null where the last one is. */
  get divergedAt(): number | null {
    return this.#loss.place ?? null;
  }

  /** By rising x. */
  get points(): readonly (readonly [number, number])[] {
    const points = [...this.#kept];
    if (this.#last && points.at(-1) !== this.#last) points.push(this.#last);
    return points.sort(([a], [b]) => a - b);
  }
}
