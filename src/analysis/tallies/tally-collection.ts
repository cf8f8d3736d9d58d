import { BATCH_ROWS, type ColumnBatch } from '../../record/batch.ts';
import type { FieldName } from '../../record/event-record.ts';
import { fieldIndex } from '../../record/fields.ts';
import { FlagCells, NumberCells, Verdict } from '../rows/cells.ts';
import { RowKind, type RowReader } from '../rows/row-reader.ts';
import { NON_FINITE_COST } from './cost-metrics.ts';
import { Tally, Tokens } from './tally.ts';

/** What is read of a record. */
export const TALLY_FIELDS: readonly FieldName[] = [
  'success',
  'latency_ms',
  'cost_usd',
  'cost_source',
  'model',
  'input_tokens',
  'output_tokens',
  'cached_input_tokens',
  'reasoning_tokens',
];

const COST_SOURCE = fieldIndex('cost_source');
const MODEL = fieldIndex('model');
const KINDS = 4;

/** Gathers a tally for each event name and kind of row. */
export class TallyCollection {
  readonly #reader: RowReader;
  /** By the number of the name times four plus the kind. */
  readonly #tallies: (Tally | undefined)[] = [];
  /** The tally of each row of the batch at hand. */
  readonly #ofRow: (Tally | undefined)[] = new Array(BATCH_ROWS).fill(undefined);
  readonly #success = new FlagCells('success');
  readonly #latency = new NumberCells('latency_ms');
  readonly #cost = new NumberCells('cost_usd');
  readonly #input = new NumberCells('input_tokens');
  readonly #output = new NumberCells('output_tokens');
  readonly #cached = new NumberCells('cached_input_tokens');
  readonly #reasoning = new NumberCells('reasoning_tokens');

  constructor(reader: RowReader) {
    this.#reader = reader;
  }

  /** Takes the rows that the reader read. */
  add(batch: ColumnBatch, rows: number): void {
    this.#assign(rows);
    this.#judge(batch, rows);
    if (this.#latency.read(batch, rows)) this.#addLatencies(rows);
    if (this.#cost.read(batch, rows) || batch.columns[COST_SOURCE]) this.#addCosts(batch, rows);
    const hasInput = this.#input.read(batch, rows);
    const hasOutput = this.#output.read(batch, rows);
    if (hasInput) this.#addTokens(Tokens.INPUT, this.#input, rows);
    if (hasOutput) this.#addTokens(Tokens.OUTPUT, this.#output, rows);
    if (hasInput || hasOutput) this.#addTotalTokens(rows);
    if (this.#cached.read(batch, rows)) this.#addTokens(Tokens.CACHED, this.#cached, rows);
    if (this.#reasoning.read(batch, rows)) this.#addTokens(Tokens.REASONING, this.#reasoning, rows);
  }

  /** The tallies of an event name by `RowKind`; undefined where there was no such row. */
  byKind(name: number): readonly (Tally | undefined)[] {
    return this.#tallies.slice(name * KINDS, (name + 1) * KINDS);
  }

  #assign(rows: number): void {
    const { kinds, events } = this.#reader;
    const { ids } = events;
    const ofRow = this.#ofRow;
    for (let row = 0; row < rows; row++) {
      const kind = kinds[row]!;
      if (kind === RowKind.LEFT_OUT) {
        ofRow[row] = undefined;
        continue;
      }
      const key = ids[row]! * KINDS + kind;
      const tally = this.#tallies[key] ?? this.#open(key);
      tally.count++;
      ofRow[row] = tally;
    }
  }

  #open(key: number): Tally {
    while (this.#tallies.length <= key) this.#tallies.push(undefined);
    const tally = new Tally();
    this.#tallies[key] = tally;
    return tally;
  }

  #judge(batch: ColumnBatch, rows: number): void {
    this.#success.read(batch, rows);
    const { values } = this.#success;
    const ofRow = this.#ofRow;
    for (let row = 0; row < rows; row++) {
      const tally = ofRow[row];
      if (tally === undefined || values[row] === Verdict.NONE) continue;
      if (values[row] === Verdict.TRUE) tally.successful++;
      else tally.failed++;
    }
  }

  #addLatencies(rows: number): void {
    const { values, present } = this.#latency;
    const verdicts = this.#success.values;
    const ofRow = this.#ofRow;
    for (let row = 0; row < rows; row++) {
      if (present[row] === 1 && verdicts[row] !== Verdict.FALSE) ofRow[row]?.latency.add(values[row]!);
    }
  }

  #addCosts(batch: ColumnBatch, rows: number): void {
    const { values, present } = this.#cost;
    const sources = batch.columns[COST_SOURCE];
    const models = batch.columns[MODEL];
    const ofRow = this.#ofRow;
    for (let row = 0; row < rows; row++) {
      const tally = ofRow[row];
      if (tally === undefined) continue;
      const cost = values[row]!;
      if (present[row] === 1) tally.cost.add(cost);
      if (present[row] === 1 && cost - cost === 0) continue;
      const reason = present[row] === 1 ? NON_FINITE_COST : sources?.get(row);
      if (typeof reason !== 'string') continue;
      tally.unknownCosts.add(reason);
      const model = models?.get(row);
      if (typeof model === 'string') tally.unknownModels.add(model);
    }
  }

  #addTokens(kind: number, { values, present }: NumberCells, rows: number): void {
    const ofRow = this.#ofRow;
    for (let row = 0; row < rows; row++) {
      if (present[row] === 1) ofRow[row]?.tokens[kind]?.add(values[row]!);
    }
  }

  #addTotalTokens(rows: number): void {
    const ofRow = this.#ofRow;
    const input = this.#input;
    const output = this.#output;
    for (let row = 0; row < rows; row++) {
      const hasInput = input.present[row] === 1;
      const hasOutput = output.present[row] === 1;
      if (!hasInput && !hasOutput) continue;
      const total = (hasInput ? input.values[row]! : 0) + (hasOutput ? output.values[row]! : 0);
      ofRow[row]?.tokens[Tokens.TOTAL]?.add(total);
    }
  }
}
