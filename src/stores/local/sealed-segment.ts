import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { sqlFile } from '../../engine/duckdb.ts';
import { numberCells } from '../../engine/vectors.ts';
import { ColumnBatch } from '../../record/batch.ts';
import { NestedWriter } from '../../record/nested-writer.ts';
import type { BatchSchema } from '../../record/schema.ts';
import type { Projection } from '../store.ts';
import { type ColumnPlan, columnPlan } from './column-plan.ts';
import { type RowGroup, readError, type SealedFooter } from './sealed-footer.ts';
import { SealedRows } from './sealed-rows.ts';

/** Sequences to read, both ends included. */
export interface SequenceRange {
  readonly from: number;
  readonly to: number;
}

/** Valid until the next ones are asked for. */
export interface Times {
  readonly sequences: Float64Array;
  readonly times: Float64Array;
}

interface Run extends SequenceRange {
  readonly plan: ColumnPlan;
  readonly groups: readonly RowGroup[];
  /** Whether no sequence is missing. */
  readonly gapless: boolean;
}

/** Reads the sealed segments of one writer. */
export class SealedSegmentReader {
  readonly #connection: DuckDBConnection;
  readonly #schema: BatchSchema;
  readonly #projection: Projection;
  readonly #nested: NestedWriter;

  /** @param connection It must not be used for anything else while a segment is being read. */
  constructor(connection: DuckDBConnection, schema: BatchSchema, projection: Projection) {
    this.#connection = connection;
    this.#schema = schema;
    this.#projection = projection;
    this.#nested = new NestedWriter(schema, projection.kindsOnly);
  }

  /**
   * The records of some row groups of a segment, in their order, as batches. Holds two vectors of rows and a batch at a time.
   *
   * @throws `damaged_data` when the file turns out to be damaged; what came before is good.
   */
  async *read(footer: SealedFooter, groups: readonly RowGroup[], range: SequenceRange): AsyncGenerator<ColumnBatch> {
    if (this.#projection.inFiles) yield this.#inFile(footer, groups, range);
    else for (const run of this.#runs(groups, range)) yield* this.#readRun(footer, run);
  }

  #inFile({ path }: SealedFooter, groups: readonly RowGroup[], range: SequenceRange): ColumnBatch {
    const batch = new ColumnBatch(this.#schema, 0, range.from);
    batch.stored = { path, ...range, groupRows: Math.max(...groups.map(({ rows }) => rows)) };
    return batch;
  }

  #runs(groups: readonly RowGroup[], range: SequenceRange): Run[] {
    const runs: Run[] = [];
    for (const group of groups) {
      const from = Math.max(range.from, group.firstSequence);
      const to = Math.min(range.to, group.lastSequence);
      if (from > to) continue;
      const gapless = group.lastSequence - group.firstSequence + 1 === group.rows;
      const plan = columnPlan(group, this.#schema.writerId, this.#projection);
      const last = runs.at(-1);
      if (last?.plan.key === plan.key && last.gapless === gapless && last.to + 1 === from) {
        runs[runs.length - 1] = { ...last, to, groups: [...last.groups, group] };
      } else {
        runs.push({ plan, from, to, gapless, groups: [group] });
      }
    }
    return runs;
  }

  async *#readRun({ path, groups: all }: SealedFooter, run: Run): AsyncGenerator<ColumnBatch> {
    const { plan, from, to, gapless, groups } = run;
    const selected = plan.columns.filter(({ sql }) => sql !== '').map(({ sql }) => sql);
    if (!gapless || selected.length === 0) selected.push('sequence::DOUBLE');
    const isWhole =
      groups.length === all.length && from === all[0]!.firstSequence && to === all[all.length - 1]!.lastSequence;
    const sql = `SELECT ${selected.join(', ')} FROM read_parquet(${sqlFile(path)}, hive_partitioning = false)
      ${isWhole ? '' : `WHERE sequence BETWEEN ${from} AND ${to}`}`;
    const rows = new SealedRows(this.#schema, this.#nested, plan, this.#projection);
    let next = from;
    for await (const chunk of chunks(this.#connection, path, sql)) {
      rows.load(chunk);
      const count = chunk.rowCount;
      if (gapless) {
        yield* bounded(rows.append(0, count, next), groups);
        next += count;
      } else {
        const sequences = numberCells(chunk, selected.length - 1).values;
        for (let begin = 0; begin < count; ) {
          let end = begin + 1;
          while (end < count && sequences[end] === sequences[end - 1]! + 1) end++;
          yield* bounded(rows.append(begin, end, sequences[begin]!), groups);
          begin = end;
        }
      }
    }
    const last = rows.take();
    if (last) yield* bounded([last], groups);
  }

  /** When each record between two sequences happened, vector by vector. */
  async *times({ path }: SealedFooter, { from, to }: SequenceRange): AsyncGenerator<Times> {
    const sql = `SELECT sequence::DOUBLE, epoch_us(timestamp)::DOUBLE
      FROM read_parquet(${sqlFile(path)}, hive_partitioning = false) WHERE sequence BETWEEN ${from} AND ${to}`;
    for await (const chunk of chunks(this.#connection, path, sql)) {
      yield { sequences: numberCells(chunk, 0).values, times: numberCells(chunk, 1).values };
    }
  }
}

// Without the column of times a batch says of itself what its row groups say.
function bounded(batches: readonly ColumnBatch[], groups: readonly RowGroup[]): readonly ColumnBatch[] {
  for (const batch of batches) {
    if (batch.minTimestamp <= batch.maxTimestamp) continue;
    batch.minTimestamp = Math.min(...groups.map(({ minTimestamp }) => minTimestamp));
    batch.maxTimestamp = Math.max(...groups.map(({ maxTimestamp }) => maxTimestamp));
  }
  return batches;
}

// The next chunk is made, on another thread, while one is being read.
async function* chunks(connection: DuckDBConnection, path: string, sql: string): AsyncGenerator<DuckDBDataChunk> {
  let coming: Promise<DuckDBDataChunk | null> | undefined;
  try {
    const result = await connection.stream(sql);
    const fetch = () => {
      const promise = result.fetchChunk();
      // Whoever awaits it hears of a failure; nobody may by then.
      promise.catch(() => undefined);
      return promise;
    };
    coming = fetch();
    for (let chunk = await coming; chunk && chunk.rowCount > 0; chunk = await coming) {
      coming = fetch();
      yield chunk;
    }
  } catch (error) {
    throw readError(path, error);
  } finally {
    await coming?.catch(() => undefined);
  }
}
