import { CrucibleError, show } from '../../../core/errors.ts';
import { BATCH_ROWS, type ColumnBatch } from '../../../record/batch.ts';
import { CONTEXT_FIELDS, fieldIndex } from '../../../record/fields.ts';
import { parsePath, pathName } from '../../../record/path.ts';
import { permanentRandom } from '../../../stats/sampling/inclusion-probability.ts';
import { TextIds } from '../../rows/text-ids.ts';

/** Reads the field or path that names a sample or a cluster, as numbers that hold across batches and experiments. */
export class LabelReader {
  readonly name: string;
  /** The number of each row of the batch read last, −1 where there is none. */
  readonly ids: Int32Array = new Int32Array(BATCH_ROWS);
  readonly #texts = new TextIds();
  readonly #field: number;
  readonly #isContext: boolean;
  #randoms: Float64Array | undefined;

  /** Throws `unknown_field` for what is neither a field nor a path. */
  constructor(name: string) {
    const path = parsePath(name);
    this.name = path ? pathName(path) : name;
    this.#field = path ? -1 : fieldIndex(name);
    this.#isContext = CONTEXT_FIELDS.has(name) && name !== 'event_name';
    if (path || this.#field >= 0) return;
    throw new CrucibleError('unknown_field', `${show(name)} is no field of a record.`, {
      hint: 'Give a field such as user_id, or a path such as metadata.document.',
    });
  }

  /** How many different ones there are so far. */
  get count(): number {
    return this.#texts.count;
  }

  text(id: number): string {
    return this.#texts.text(id);
  }

  /** The permanent random number of a text (see `permanentRandom`), made once. To be asked when all was read. */
  random(id: number): number {
    this.#randoms ??= new Float64Array(this.count).fill(Number.NaN);
    const known = this.#randoms[id]!;
    if (!Number.isNaN(known)) return known;
    const made = permanentRandom(this.text(id));
    this.#randoms[id] = made;
    return made;
  }

  read(batch: ColumnBatch, rows: number): void {
    if (this.#isContext && rows > 0) {
      this.ids.fill(this.#id(batch.value(this.name, 0)), 0, rows);
    } else if (this.#field >= 0) {
      this.#texts.read(batch.columns[this.#field], rows, this.ids);
    } else {
      for (let row = 0; row < rows; row++) this.ids[row] = this.#id(batch.value(this.name, row));
    }
  }

  /** To be called when all was read. `keepTexts`: whether `text` will be asked. */
  complete(keepTexts: boolean): void {
    this.#texts.complete(keepTexts);
  }

  #id(value: unknown): number {
    if (typeof value === 'string' && value !== '') return this.#texts.id(value);
    return typeof value === 'number' || typeof value === 'bigint' ? this.#texts.id(String(value)) : -1;
  }
}
