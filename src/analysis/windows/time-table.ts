const SMALLEST = 1024;

/** What a row of a time table counts as. Bits, to be added up. */
export const Mark = { REQUEST: 1, SUCCESS: 2, FAILURE: 4, LATENCY: 8, COST: 16, BAD_LATENCY: 32 } as const;

/** Events by time, as columns: when, what they took, what they cost, `Mark`s that say which of it is valid, and how they were sampled. */
export class TimeTable {
  count = 0;
  times: Float64Array = new Float64Array(SMALLEST);
  latencies: Float64Array = new Float64Array(SMALLEST);
  costs: Float64Array = new Float64Array(SMALLEST);
  marks: Uint8Array = new Uint8Array(SMALLEST);
  /** With which probability each was kept; null while all were kept for sure. */
  inclusion: Float64Array | null = null;

  /** Notes the probability of the row at `count`. */
  sampled(probability: number): void {
    this.inclusion ??= new Float64Array(this.times.length).fill(1);
    this.inclusion[this.count] = probability;
  }

  /** Makes room for so many more rows, to be written from `count` on. */
  reserve(rows: number): void {
    const length = this.times.length;
    if (this.count + rows <= length) return;
    const wanted = Math.max(length * 2, this.count + rows);
    this.times = grown(this.times, new Float64Array(wanted));
    this.latencies = grown(this.latencies, new Float64Array(wanted));
    this.costs = grown(this.costs, new Float64Array(wanted));
    this.marks = grown(this.marks, new Uint8Array(wanted));
    if (this.inclusion) this.inclusion = grown(this.inclusion, new Float64Array(wanted).fill(1));
  }

  /** Makes every row that lacks one of the marks count as an event and nothing else. */
  keepOnly(mark: number): void {
    for (let i = 0; i < this.count; i++) if ((this.marks[i]! & mark) === 0) this.marks[i] = 0;
  }

  /** Puts the rows in the order of time. */
  sort(): void {
    const { times, count } = this;
    let from = 1;
    while (from < count && times[from - 1]! <= times[from]!) from++;
    if (from >= count) return;
    // A list, not a typed array: its sort finds the stretches that are in order, one or a few for each writer.
    const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => times[a]! - times[b]!);
    this.times = reordered(times, order, new Float64Array(count));
    this.latencies = reordered(this.latencies, order, new Float64Array(count));
    this.costs = reordered(this.costs, order, new Float64Array(count));
    this.marks = reordered(this.marks, order, new Uint8Array(count));
    if (this.inclusion) this.inclusion = reordered(this.inclusion, order, new Float64Array(count));
  }
}

function grown<T extends Float64Array | Uint8Array>(values: T, target: T): T {
  target.set(values);
  return target;
}

function reordered<T extends Float64Array | Uint8Array>(values: T, order: readonly number[], target: T): T {
  for (let i = 0; i < order.length; i++) target[i] = values[order[i]!]!;
  return target;
}
