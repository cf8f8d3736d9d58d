import { BATCH_ROWS, type ColumnBatch } from '../../record/batch.ts';
import { fieldIndex } from '../../record/fields.ts';
import type { RequestNames } from './request-names.ts';
import { TextIds } from './text-ids.ts';

const EVENT_NAME = fieldIndex('event_name');

/** Numbers for event names, and which of them are requests. */
export class EventIds {
  readonly #names = new TextIds();
  /** The number of each row's event in the batch read last. */
  readonly ids: Int32Array = new Int32Array(BATCH_ROWS);
  readonly #requests: RequestNames;
  readonly #flags = new Map<string, number[]>();

  constructor(requests: RequestNames) {
    this.#requests = requests;
  }

  /** The names by their numbers. */
  get names(): readonly string[] {
    return this.#names.texts;
  }

  /** Reads the events of a batch. Returns, by the number of a name, 1 for a request of the batch's experiment and 0 for any other. */
  read(batch: ColumnBatch, rows: number): readonly number[] {
    this.#names.read(batch.columns[EVENT_NAME], rows, this.ids);
    const { id } = batch.schema.experiment;
    let flags = this.#flags.get(id);
    if (!flags) {
      flags = [];
      this.#flags.set(id, flags);
    }
    const { texts } = this.#names;
    while (flags.length < texts.length) flags.push(this.#requests.has(id, texts[flags.length]!) ? 1 : 0);
    return flags;
  }
}
