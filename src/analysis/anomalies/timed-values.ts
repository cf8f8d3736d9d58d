import { BATCH_ROWS, type ColumnBatch } from '../../record/batch.ts';
import type { Source } from '../comparison/metric.ts';
import { operationOf } from '../comparison/metric.ts';
import { GrowingIds, GrowingNumbers } from '../comparison/reading/growing.ts';
import { RowList } from '../comparison/reading/row-list.ts';
import { ValueReader } from '../comparison/reading/value-reader.ts';
import { FlagCells, NumberCells, Verdict } from '../rows/cells.ts';
import { RowKind, type RowReader } from '../rows/row-reader.ts';
import { TextIds } from '../rows/text-ids.ts';

/** The values of one operation, each with its time and its place among the records. */
export interface TimedValues {
  readonly operation: string;
  readonly values: Float64Array;
  /** Microseconds since the Unix epoch. */
  readonly times: Float64Array;
  readonly writers: Int32Array;
  readonly sequences: Float64Array;
}

class Lists {
  readonly values = new GrowingNumbers();
  readonly times = new GrowingNumbers();
  readonly writers = new GrowingIds();
  readonly sequences = new GrowingNumbers();
  readonly rows = new RowList();
}

/** Gathers a value of each request, or of each event of one operation, by operation. Of latencies those of failures are left out. */
export class TimedValuesCollection {
  readonly writers = new TextIds();
  readonly #reader: RowReader;
  readonly #values: ValueReader;
  readonly #event: string | null;
  readonly #successOnly: boolean;
  readonly #times = new NumberCells('timestamp');
  readonly #success = new FlagCells('success');
  readonly #sequences = new Float64Array(BATCH_ROWS);
  readonly #writer = new Int32Array(BATCH_ROWS);
  readonly #byOperation = new Map<string, Lists>();

  constructor(reader: RowReader, source: Source, event: string | null, successOnly: boolean) {
    this.#reader = reader;
    this.#values = new ValueReader(source);
    this.#event = event;
    this.#successOnly = successOnly;
  }

  add(batch: ColumnBatch): void {
    const rows = this.#reader.read(batch);
    const { kinds, events } = this.#reader;
    const operations = events.names.map((name) => operationOf(name));
    const counts = (row: number): boolean =>
      this.#event === null
        ? kinds[row] === RowKind.REQUEST
        : kinds[row] !== RowKind.LEFT_OUT && operations[events.ids[row]!] === this.#event;
    if (!this.#values.read(batch, rows, counts)) return;
    this.#times.read(batch, rows);
    this.#success.read(batch, rows);
    this.#writer.fill(this.writers.id(batch.schema.writerId), 0, rows);
    for (const lists of this.#byOperation.values()) lists.rows.clear();
    for (let row = 0; row < rows; row++) {
      this.#sequences[row] = batch.firstSequence + row;
      if (!counts(row) || Number.isNaN(this.#values.values[row]!)) continue;
      if (this.#successOnly && this.#success.values[row] === Verdict.FALSE) continue;
      this.#listsOf(operations[events.ids[row]!]!).rows.push(row);
    }
    for (const { values, times, writers, sequences, rows: own } of this.#byOperation.values()) {
      values.append(this.#values.values, own.rows, own.count);
      times.append(this.#times.values, own.rows, own.count);
      writers.append(this.#writer, own.rows, own.count);
      sequences.append(this.#sequences, own.rows, own.count);
    }
  }

  /** By name of the operation, each in order of time. */
  all(): TimedValues[] {
    return [...this.#byOperation.keys()].sort().map((operation) => {
      const lists = this.#byOperation.get(operation)!;
      const times = lists.times.values;
      const order = Uint32Array.from(times.keys()).sort((a, b) => times[a]! - times[b]! || a - b);
      const inOrder = (values: Float64Array) => Float64Array.from(order, (i) => values[i]!);
      return {
        operation,
        values: inOrder(lists.values.values),
        times: inOrder(times),
        writers: Int32Array.from(order, (i) => lists.writers.ids![i]!),
        sequences: inOrder(lists.sequences.values),
      };
    });
  }

  #listsOf(operation: string): Lists {
    let lists = this.#byOperation.get(operation);
    if (!lists) {
      lists = new Lists();
      this.#byOperation.set(operation, lists);
    }
    return lists;
  }
}
