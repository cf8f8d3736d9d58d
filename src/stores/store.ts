import type { ColumnBatch } from '../record/batch.ts';
import type { BatchSchema } from '../record/schema.ts';
import type { ExperimentState } from './experiment-state.ts';
import type { LedgerCounts } from './ledger-counts.ts';
import type { TimeRange } from './query.ts';

/** `crashed`: never closed, and the process behind it is gone. */
export type WriterStatus = 'open' | 'closed' | 'crashed';

/** How a writer stands, as the store knows it. */
export interface WriterState {
  readonly writer_id: string;
  readonly status: WriterStatus;
  /** When it was opened, and when it was last known to be at work: microseconds since the Unix epoch. */
  readonly opened_at: number;
  readonly seen_at: number;
  /** Of a writer that crashed: as it last noted it, with `stored` counted anew from what is there. */
  readonly ledger: LedgerCounts;
}

/** Where one writer puts its records. */
export interface StoreWriter {
  /**
   * The next batch to fill, when the one before is full; undefined when the store takes no more (its events count as `dropped.capacity`). Called on the
   * hot path, so it must not wait. The store may read the complete rows of a batch it gave out at any time.
   */
  nextBatch(): ColumnBatch | undefined;
  /**
   * Called after each row that was committed to a batch, by stores that take rows one by one. False when the row could not be
   * taken: it then counts as `dropped.overflow`. On the hot path too.
   */
  committed?(batch: ColumnBatch, row: number): boolean;
  /** Returns when every committed row is as safe as the store makes it. */
  flush(): Promise<void>;
  /** Flushes and ends the writer: it is then closed, not crashed. */
  close(): Promise<void>;
}

export interface WriterOptions {
  readonly schema: BatchSchema;
  /** The writer's account, to be read whenever the store wants to note it. */
  readonly ledger: () => LedgerCounts;
  /** Told when rows that were taken could not be kept after all: they count as dropped for that reason, not as stored. */
  readonly lost?: (rows: number, reason: 'overflow' | 'encode') => void;
  /**
   * To be called, once or more, before the writer is closed, by whomever, and before its process ends: its last rows are committed
   * during the call, so the writer must still take them, and has to wait for room where it would otherwise drop them.
   */
  readonly ending?: () => void;
  /** Whether no other writer may be open: then `openWriter` rejects with `not_paused`, as one step. Default false. */
  readonly alone?: boolean;
}

/** A hint about what will be looked at beside the event's name: a store may leave out the rest, or not. */
export interface Projection {
  /** Fields, and nested paths such as `metadata.tokens`. Default: all. */
  readonly fields?: readonly string[] | undefined;
  /** Nested values will be looked at in events of these names only. Default: in all. */
  readonly nestedOf?: readonly string[] | undefined;
  /** Texts of these fields are only told apart: their columns may hold bytes. Default: none. */
  readonly asBytes?: readonly string[] | undefined;
  /** Whole records are looked at, or their nested values one by one, but not nested columns. Default false. */
  readonly wholeNested?: boolean | undefined;
  /**
   * Only which kinds of values each column has is looked at. Cells may be left out, or hold another value of their kind, where
   * the columns of the scan still have values of the same kinds. Default false.
   */
  readonly kindsOnly?: boolean | undefined;
  /**
   * Rows that lie in a Parquet file need not be read: a batch without cells may say where they are, by `stored`. Its sequences
   * may have gaps. Default false.
   */
  readonly inFiles?: boolean | undefined;
}

export interface ScanOptions extends Projection {
  /** Batches without a record in this range may be left out. Rows outside it may still come. */
  readonly range?: TimeRange;
  /** Batches by falling latest timestamp, instead of by writer and sequence. */
  readonly newestFirst?: boolean;
  /** All or nothing: the scan rejects with `damaged_data` where it would otherwise leave something out. Default false. */
  readonly whole?: boolean;
}

/** Rows of a batch that were not there before: `from` to before `to`. The batch may get further rows meanwhile. */
export interface NewRows {
  readonly batch: ColumnBatch;
  readonly from: number;
  readonly to: number;
}

/** What is added to an experiment, each record once, whoever adds it. */
export interface StoreTail {
  /** Whether a record was read, or was there when the tail was opened. */
  hasPassed(writer: string, sequence: number): boolean;
  /** What has come since the last reading, each writer's in its order. Ends when there is no more for now. */
  read(): AsyncIterable<NewRows>;
  close(): void;
}

/**
 * Where experiments live: their definitions, their lifecycle and their records. A driver passes `storeConformance` of
 * `crucible-telemetry/testing`. Several labs, and with some drivers several processes, may use one store at a time.
 */
export interface Store {
  /** The kind of the store: `memory`, `local`, `clickhouse`. */
  readonly kind: string;
  /** Keeps a new experiment. Rejects with `experiment_exists` when the id is taken. */
  create(state: ExperimentState): Promise<void>;
  load(id: string): Promise<ExperimentState | undefined>;
  /** All experiments, by rising start. */
  list(): Promise<readonly ExperimentState[]>;
  /**
   * Changes an experiment's state as one step: no other change comes between reading and writing. `change` throws to refuse.
   * Rejects with `experiment_not_found` for an unknown id.
   */
  update(id: string, change: (state: ExperimentState) => ExperimentState): Promise<ExperimentState>;
  /** Removes an experiment with all its records. Unknown ids are fine. */
  remove(id: string): Promise<void>;
  /** Calls `listener` after each change of an experiment's state, whoever made it; with undefined when it was removed. */
  watch(id: string, listener: (state: ExperimentState | undefined) => void): () => void;
  openWriter(id: string, options: WriterOptions): Promise<StoreWriter>;
  writers(id: string): Promise<readonly WriterState[]>;
  /** Everything recorded so far, by (writer, sequence): writers in the order in which they were opened. */
  scan(id: string, options?: ScanOptions): AsyncIterable<ColumnBatch>;
  /** What will be added from now on. For stores that need not scan everything to know it; the others are scanned. */
  tail?(id: string): Promise<StoreTail>;
  flush(): Promise<void>;
  /** Releases what the store holds. A memory store forgets nothing by it: other labs may still use it. */
  close(): Promise<void>;
}
