import type { DuckDBDataChunk } from '@duckdb/node-api';
import { CrucibleError, show } from '../../core/errors.ts';
import { ByteCells } from '../../engine/byte-cells.ts';
import { isValid, numberCells, TextCells, type Validity } from '../../engine/vectors.ts';
import { BATCH_ROWS, ColumnBatch } from '../../record/batch.ts';
import { FIELDS, fieldIndex } from '../../record/fields.ts';
import type { NestedWriter } from '../../record/nested-writer.ts';
import type { BatchSchema } from '../../record/schema.ts';
import type { Projection } from '../store.ts';
import type { ColumnPlan, PlannedColumn } from './column-plan.ts';

const TIMESTAMP = fieldIndex('timestamp');
// Whole rows bring many texts: while fewer of them live at a time, collecting garbage takes half the time.
const WHOLE_ROWS = 1024;
const NO_NUMBERS = new Float64Array(0);

/** One column of the chunk at hand. */
interface Cells {
  readonly plan: PlannedColumn;
  /** Position in the chunk; −1 for a constant. */
  readonly at: number;
  readonly texts: (string | null)[];
  readonly reader: TextCells | undefined;
  /** Of a text column of which no strings are asked for. */
  readonly bytes: ByteCells | undefined;
  numbers: Float64Array;
  validity: Validity;
}

/** Turns chunks of rows, with the columns of one plan, into batches. */
export class SealedRows {
  readonly #schema: BatchSchema;
  readonly #nested: NestedWriter;
  readonly #cells: readonly Cells[];
  readonly #batchRows: number;
  readonly #categorized = new Set<string>();
  #batch: ColumnBatch | undefined;

  constructor(schema: BatchSchema, nested: NestedWriter, plan: ColumnPlan, { fields, kindsOnly, asBytes }: Projection) {
    this.#schema = schema;
    this.#nested = nested;
    this.#batchRows = fields ? BATCH_ROWS : WHOLE_ROWS;
    let at = 0;
    this.#cells = plan.columns.map((column) => {
      const isConstant = column.sql === '';
      const isText = column.kind !== 'number' && column.kind !== 'flag';
      const isBytes = column.kind === 'text' && asBytes?.includes(FIELDS[column.index]!.name);
      return {
        plan: column,
        at: isConstant ? -1 : at++,
        texts: [],
        // Where only kinds are looked at, nothing keeps a text that is known.
        bytes: isBytes ? new ByteCells() : undefined,
        reader: isText ? new TextCells(kindsOnly && column.kind === 'nested') : undefined,
        numbers: NO_NUMBERS,
        validity: undefined,
      };
    });
  }

  /** Reads the columns of a chunk, which lie in the order of the plan. */
  load(chunk: DuckDBDataChunk): void {
    for (const cells of this.#cells) {
      if (cells.at < 0) continue;
      if (cells.bytes) cells.bytes.read(chunk, cells.at);
      else if (cells.reader) cells.reader.read(chunk, cells.at, cells.texts);
      else {
        const { values, validity } = numberCells(chunk, cells.at);
        cells.numbers = values;
        cells.validity = validity;
      }
    }
  }

  /** Appends rows of the chunk, whose sequences have no gap. Returns the batches that became full. */
  append(from: number, to: number, firstSequence: number): ColumnBatch[] {
    const full: ColumnBatch[] = [];
    for (let row = from; row < to; ) {
      const sequence = firstSequence + row - from;
      let batch = this.#batch;
      if (batch && (batch.rows === batch.capacity || batch.firstSequence + batch.rows !== sequence)) {
        full.push(this.take()!);
        batch = undefined;
      }
      batch ??= this.#newBatch(sequence);
      const end = Math.min(to, row + batch.capacity - batch.rows);
      for (const cells of this.#cells) this.#copy(cells, batch, row, end);
      batch.rows += end - row;
      row = end;
    }
    return full;
  }

  /** The batch so far; undefined when there is none. */
  take(): ColumnBatch | undefined {
    const batch = this.#batch;
    this.#batch = undefined;
    return batch;
  }

  #newBatch(firstSequence: number): ColumnBatch {
    const batch = new ColumnBatch(this.#schema, this.#batchRows, firstSequence);
    for (const { plan } of this.#cells) if (plan.kind === 'constant') batch.allocate(plan.index).fill(plan.constant);
    this.#batch = batch;
    return batch;
  }

  #copy(cells: Cells, batch: ColumnBatch, from: number, to: number): void {
    const { plan, texts } = cells;
    const shift = batch.rows - from;
    switch (plan.kind) {
      case 'number':
        copyNumbers(cells, batch, from, to, shift);
        break;
      case 'flag': {
        const column = batch.allocate(plan.index);
        for (let row = from; row < to; row++) {
          if (isValid(cells.validity, row)) column.setFlag(row + shift, cells.numbers[row] === 1);
        }
        break;
      }
      case 'text': {
        const column = batch.allocate(plan.index);
        if (cells.bytes) column.setBytes(from + shift, cells.bytes.texts, from, to);
        else for (let row = from; row < to; row++) if (texts[row] !== null) column.setText(row + shift, texts[row]!);
        break;
      }
      case 'json': {
        const column = batch.allocate(plan.index);
        for (let row = from; row < to; row++) if (texts[row] !== null) column.setValue(row + shift, texts[row]);
        break;
      }
      case 'category':
        for (let row = from; row < to; row++) this.#categorize(batch.eventName(row + shift), texts[row]!);
        break;
      case 'constant_category':
        this.#categorize(batch.eventName(from + shift), plan.constant as string);
        break;
      case 'nested':
        for (let row = from; row < to; row++) {
          const text = texts[row]!;
          if (text !== null && text !== '{}') this.#writeText(batch, row + shift, plan, text);
        }
        break;
      case 'constant_nested':
        for (let row = from; row < to; row++) this.#writeText(batch, row + shift, plan, plan.constant as string);
    }
  }

  #writeText(batch: ColumnBatch, row: number, { index }: PlannedColumn, text: string): void {
    try {
      this.#nested.writeText(batch, row, index === MEASUREMENTS ? 'measurements' : 'metadata', text);
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw new CrucibleError('damaged_data', `A sealed record has no good JSON: ${show(text)}`, { cause });
    }
  }

  #categorize(eventName: string, category: string | null): void {
    if (this.#categorized.has(eventName)) return;
    this.#categorized.add(eventName);
    this.#schema.setCategory(eventName, category);
  }
}

const MEASUREMENTS = fieldIndex('measurements');

function copyNumbers(
  { plan, numbers, validity }: Cells,
  batch: ColumnBatch,
  from: number,
  to: number,
  shift: number,
): void {
  const column = batch.allocate(plan.index);
  if (validity === undefined) column.setNumbers(from + shift, numbers.subarray(from, to));
  else for (let row = from; row < to; row++) if (isValid(validity, row)) column.setNumber(row + shift, numbers[row]!);
  if (plan.index !== TIMESTAMP) return;
  for (let row = from; row < to; row++) {
    const time = numbers[row]!;
    if (time < batch.minTimestamp) batch.minTimestamp = time;
    if (time > batch.maxTimestamp) batch.maxTimestamp = time;
  }
}
