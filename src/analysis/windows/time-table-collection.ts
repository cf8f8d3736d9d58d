import type { ColumnBatch } from '../../record/batch.ts';
import type { FieldName } from '../../record/event-record.ts';
import { FlagCells, NumberCells, Verdict } from '../rows/cells.ts';
import { InclusionCells } from '../rows/inclusion-cells.ts';
import { RowKind, type RowReader } from '../rows/row-reader.ts';
import { Mark, TimeTable } from './time-table.ts';

/** What is read of a record. */
export const TIME_TABLE_FIELDS: readonly FieldName[] = [
  'timestamp',
  'latency_ms',
  'cost_usd',
  'success',
  'inclusion_probability',
];

/** Gathers a time table from batches. */
export class TimeTableCollection {
  readonly table: TimeTable = new TimeTable();
  readonly #reader: RowReader;
  readonly #times = new NumberCells('timestamp');
  readonly #latency = new NumberCells('latency_ms');
  readonly #cost = new NumberCells('cost_usd');
  readonly #success = new FlagCells('success');
  readonly #inclusion = new InclusionCells();
  /** By the number of an event name: whether it occurred, and whether as a request. */
  readonly #seen: Uint8Array[] = [];

  constructor(reader: RowReader) {
    this.#reader = reader;
  }

  add(batch: ColumnBatch): void {
    const { kinds, events } = this.#reader;
    const rows = this.#reader.read(batch);
    const { table } = this;
    table.reserve(rows);
    this.#times.read(batch, rows);
    this.#latency.read(batch, rows);
    this.#cost.read(batch, rows);
    this.#success.read(batch, rows);
    const sampled = this.#inclusion.read(batch, rows);
    while (this.#seen.length < events.names.length) this.#seen.push(new Uint8Array(4));
    for (let row = 0; row < rows; row++) {
      const kind = kinds[row]!;
      if (kind === RowKind.LEFT_OUT) continue;
      this.#seen[events.ids[row]!]![kind] = 1;
      const at = table.count;
      if (sampled && this.#inclusion.values[row]! < 1) table.sampled(this.#inclusion.values[row]!);
      table.times[at] = this.#times.values[row]!;
      table.latencies[at] = this.#latency.values[row]!;
      table.costs[at] = this.#cost.values[row]!;
      table.marks[at] = kind === RowKind.WRAPPER ? 0 : this.#marks(row, kind);
      table.count++;
    }
  }

  /** The names of the events that were taken, sorted; only those that came as requests if so asked. */
  names(requestsOnly: boolean): string[] {
    const names = this.#reader.events.names.filter((_, id) => {
      const seen = this.#seen[id];
      return seen?.[RowKind.REQUEST] || seen?.[RowKind.WRAPPER] || (!requestsOnly && seen?.[RowKind.OTHER]);
    });
    return names.sort();
  }

  #marks(row: number, kind: number): number {
    const verdict = this.#success.values[row]!;
    let marks = kind === RowKind.REQUEST ? Mark.REQUEST : 0;
    if (verdict !== Verdict.NONE) marks += verdict === Verdict.TRUE ? Mark.SUCCESS : Mark.FAILURE;
    if (this.#latency.present[row] === 1 && verdict !== Verdict.FALSE) {
      marks += Number.isFinite(this.#latency.values[row]) ? Mark.LATENCY : Mark.BAD_LATENCY;
    }
    if (this.#cost.present[row] === 1 && Number.isFinite(this.#cost.values[row])) marks += Mark.COST;
    return marks;
  }
}
