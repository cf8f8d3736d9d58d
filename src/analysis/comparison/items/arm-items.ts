import { Verdict } from '../../rows/cells.ts';
import type { MissingCause } from '../comparison-result.ts';
import type { RowTable } from '../reading/row-table.ts';
import { type ArmRoom, NO_CLUSTER } from './arm-room.ts';

/** What is known of a sample in an arm, as bits. 0: the arm never saw it. `ROW`: it has a row of the metric, with or without a value. */
export const Known = {
  VALUE: 1,
  FAILED: 2,
  NO_VALUE: 4,
  NOT_FINITE: 8,
  NOT_POSITIVE: 16,
  STARTED: 32,
  ROW: 64,
} as const;

/** The number of the clusters of a sample that is in several. */
export const SEVERAL_CLUSTERS = -2;

/** Where the values of one metric in one experiment are. */
export interface Selection {
  /** Which experiment of the arm it is. */
  readonly replicate: number;
  readonly table: RowTable | undefined;
  readonly column: number;
  /** Only rows of this operation; null for all. */
  readonly operation: number | null;
  /** Requests of the same samples, which say why a score is missing. */
  readonly context: RowTable | undefined;
  readonly starts: RowTable | undefined;
  /** Rows without a sample that ended a wrapping request: their beginnings are no unfinished requests. */
  readonly wrappers: number;
}

/** What a value becomes before it is averaged; a cause where it cannot. */
export type Transform = (value: number, verdict: number) => number | Exclude<MissingCause, 'absent'>;

/** One metric in one arm: by sample, repeats averaged, and row by row where there is no sample. Valid until its room is used again. */
export class ArmItems {
  readonly sums: Float64Array;
  readonly counts: Uint32Array;
  readonly known: Uint8Array;
  /** By candidate and sample; null where no row has one. */
  readonly sampleClusters: readonly (Int32Array | null)[];
  /** Values of rows without a sample, with their clusters by candidate and their experiment. */
  looseValues: Float64Array = new Float64Array(0);
  looseClusters: readonly (Int32Array | null)[];
  looseReplicates: Int32Array = new Int32Array(0);
  readonly looseMissing: Partial<Record<MissingCause, number>> = {};
  #loose = 0;

  constructor(room: ArmRoom, candidates: number, selections: readonly Selection[], transform: Transform) {
    room.clear();
    this.sums = room.sums;
    this.counts = room.counts;
    this.known = room.known;
    const loose = selections.reduce((total, { table }) => total + looseRows(table), 0);
    this.looseValues = new Float64Array(loose);
    const present = Array.from({ length: candidates }, (_, i) => selections.some(({ table }) => table?.clusters(i)));
    this.sampleClusters = present.map((is, i) => (is ? room.clusters(i) : null));
    this.looseClusters = present.map((is) => (is ? new Int32Array(loose) : null));
    this.looseReplicates = new Int32Array(loose);
    for (const selection of selections) this.#add(selection, transform);
    for (let sample = 0; sample < this.sums.length; sample++) {
      if (Number.isFinite(this.sums[sample])) continue;
      // Repeats whose sum is beyond the range of doubles have no mean.
      this.counts[sample] = 0;
      this.known[sample]! |= Known.NOT_FINITE;
    }
    this.looseValues = this.looseValues.subarray(0, this.#loose);
    this.looseClusters = this.looseClusters.map((ids) => ids?.subarray(0, this.#loose) ?? null);
    this.looseReplicates = this.looseReplicates.subarray(0, this.#loose);
  }

  /** The mean of a sample's repeats; NaN where it has no value. */
  value(sample: number): number {
    const count = this.counts[sample]!;
    return count === 0 ? Number.NaN : this.sums[sample]! / count;
  }

  /** Why a sample has no value. */
  cause(sample: number): MissingCause {
    const known = this.known[sample]!;
    if (known & Known.NOT_FINITE) return 'not_finite';
    if (known & Known.NOT_POSITIVE) return 'not_positive';
    if (known & Known.FAILED) return 'failed';
    if (known & Known.NO_VALUE) return 'no_value';
    return known & Known.STARTED ? 'not_finished' : 'absent';
  }

  #add({ replicate, table, column, operation, context, starts, wrappers }: Selection, transform: Transform): void {
    let ended = 0;
    if (table) {
      const { samples, operations, verdicts } = table;
      const values = table.values(column);
      const clusters = this.sampleClusters.map((_, i) => table.clusters(i));
      const { sums, counts, known } = this;
      for (let row = 0; row < values.length; row++) {
        if (operation !== null && operations?.[row] !== operation) continue;
        const sample = samples === undefined ? -1 : samples[row]!;
        const value = outcome(values[row]!, verdicts[row]!, transform);
        if (sample < 0) {
          ended++;
          this.#addLoose(value, row, clusters, replicate);
        } else if (typeof value === 'number') {
          sums[sample]! += value;
          counts[sample]!++;
          known[sample]! |= Known.VALUE | Known.ROW;
          for (let i = 0; i < clusters.length; i++) this.#join(i, sample, clusters[i]?.[row] ?? NO_CLUSTER);
        } else {
          known[sample]! |= BIT[value] | Known.ROW;
        }
      }
    }
    if (context?.samples) {
      const { samples, verdicts } = context;
      for (let row = 0; row < context.length; row++) {
        if (samples[row]! < 0) continue;
        this.known[samples[row]!]! |= verdicts[row] === Verdict.FALSE ? Known.FAILED : Known.NO_VALUE;
      }
    }
    if (starts) this.#addStarts(starts, operation, ended + wrappers);
  }

  #addLoose(
    value: number | keyof typeof BIT,
    row: number,
    clusters: readonly (Int32Array | undefined)[],
    replicate: number,
  ): void {
    if (typeof value !== 'number') {
      this.looseMissing[value] = (this.looseMissing[value] ?? 0) + 1;
      return;
    }
    const at = this.#loose++;
    this.looseValues[at] = value;
    this.looseReplicates[at] = replicate;
    for (let i = 0; i < clusters.length; i++) {
      const own = this.looseClusters[i];
      if (own) own[at] = clusters[i]?.[row] ?? NO_CLUSTER;
    }
  }

  #addStarts(starts: RowTable, operation: number | null, ended: number): void {
    const { samples, operations } = starts;
    let loose = 0;
    for (let row = 0; row < starts.length; row++) {
      if (operation !== null && operations?.[row] !== operation) continue;
      const sample = samples === undefined ? -1 : samples[row]!;
      if (sample < 0) loose++;
      else this.known[sample]! |= Known.STARTED;
    }
    if (loose > ended) this.looseMissing.not_finished = (this.looseMissing.not_finished ?? 0) + loose - ended;
  }

  #join(candidate: number, sample: number, cluster: number): void {
    const clusters = this.sampleClusters[candidate];
    if (!clusters) return;
    // The first value of the sample decides; any other than it makes the cluster ambiguous.
    if (this.counts[sample] === 1) clusters[sample] = cluster;
    else if (clusters[sample] !== cluster) clusters[sample] = SEVERAL_CLUSTERS;
  }
}

const BIT = {
  failed: Known.FAILED,
  no_value: Known.NO_VALUE,
  not_finite: Known.NOT_FINITE,
  not_positive: Known.NOT_POSITIVE,
  not_finished: Known.STARTED,
  no_sample_id: Known.NO_VALUE,
} as const;

function outcome(value: number, verdict: number, transform: Transform): number | keyof typeof BIT {
  if (Number.isNaN(value)) return verdict === Verdict.FALSE ? 'failed' : 'no_value';
  if (value === Number.POSITIVE_INFINITY) return 'not_finite';
  return transform(value, verdict);
}

function looseRows(table: RowTable | undefined): number {
  if (!table) return 0;
  const { samples } = table;
  if (samples === undefined) return table.length;
  let count = 0;
  for (let row = 0; row < samples.length; row++) if (samples[row]! < 0) count++;
  return count;
}
