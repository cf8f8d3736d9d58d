import { eventInfo } from '../events/registry.ts';
import { Dictionary } from './dictionary.ts';
import type { ExperimentContext } from './event-record.ts';
import { FIELDS } from './fields.ts';
import { pathName, type RecordPath } from './path.ts';

/** More nested keys than this share one column for each root, so that keys made from data cannot exhaust the memory. */
export const MAX_PATHS = 1000;

/** Objects nested deeper than this many keys are kept as one value. */
export const MAX_COLUMN_KEYS = 8;

const MAX_CATEGORIES = 10_000;

/** A nested column: its index among the columns of a batch, its path and its flat name. */
export interface NestedColumn extends RecordPath {
  readonly index: number;
  readonly name: string;
}

/**
 * What the batches of one writer have in common: whose records they hold and which columns they may have. Columns are
 * numbered: the fixed fields by their index in `FIELDS`, nested ones after them in the order in which they were met.
 */
export class BatchSchema {
  readonly writerId: string;
  readonly experiment: Required<ExperimentContext>;
  readonly nested: NestedColumn[] = [];
  readonly #byName = new Map<string, NestedColumn>();
  readonly #parents = new Set<string>();
  // Made when first needed: most experiments use a few of the fields.
  readonly #dictionaries: (Dictionary | undefined)[] = [];
  readonly #copies = new Map<number, number[]>();
  readonly #categories = new Map<string, string | null>();

  constructor(experiment: ExperimentContext, writerId: string) {
    this.writerId = writerId;
    this.experiment = {
      id: experiment.id,
      name: experiment.name ?? null,
      study: experiment.study ?? null,
      condition: experiment.condition ?? null,
      replicate: experiment.replicate ?? null,
      tags: Object.freeze([...(experiment.tags ?? [])]),
      started_at: experiment.started_at ?? null,
    };
  }

  /** The column of a nested path, new if need be; undefined once `MAX_PATHS` are in use. */
  column(path: RecordPath): NestedColumn | undefined {
    const name = pathName(path);
    let column = this.#byName.get(name);
    if (!column && this.nested.length < MAX_PATHS) {
      const parent = pathName({ root: path.root, keys: path.keys.slice(0, -1) });
      column = { root: path.root, keys: path.keys, name, index: FIELDS.length + this.nested.length };
      this.nested.push(column);
      this.#byName.set(name, column);
      this.#parents.add(parent);
    }
    return column;
  }

  /** The nested column of that flat name, if any record had it. */
  find(name: string): NestedColumn | undefined {
    return this.#byName.get(name);
  }

  /** Keeps the category that an event had when it was first recorded; the registry may change later. */
  setCategory(eventName: string, category: string | null): void {
    if (this.#categories.size < MAX_CATEGORIES) this.#categories.set(eventName, category);
  }

  categoryOf(eventName: string): string | null {
    const category = this.#categories.get(eventName);
    return category === undefined ? (eventInfo(eventName)?.category ?? null) : category;
  }

  /** Whether there are columns for keys right below that flat name. */
  isParent(name: string): boolean {
    return this.#parents.has(name);
  }

  /** Says that a field is filled from a nested column: they share strings, and storage where all cells agree. */
  linkCopy(field: number, nested: number): void {
    const copies = this.#copies.get(field);
    if (copies?.includes(nested)) return;
    if (copies) copies.push(nested);
    else this.#copies.set(field, [nested]);
    this.#dictionaries[nested] = this.dictionary(field);
  }

  copiesOf(field: number): readonly number[] {
    return this.#copies.get(field) ?? [];
  }

  dictionary(column: number): Dictionary {
    let dictionary = this.#dictionaries[column];
    if (!dictionary) {
      dictionary = new Dictionary();
      this.#dictionaries[column] = dictionary;
    }
    return dictionary;
  }
}
