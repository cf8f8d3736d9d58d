import type { ColumnBatch } from './batch.ts';
import { FIELDS, fieldIndex } from './fields.ts';
import { fromJsonText } from './json.ts';
import { NestedShapes } from './nested-shapes.ts';
import { pathName, type RecordPath } from './path.ts';
import { DURATION, roleOf } from './roles.ts';
import { type BatchSchema, MAX_COLUMN_KEYS } from './schema.ts';

type Root = RecordPath['root'];

/** Where the value under one key goes, and the keys below it once an object was seen there. */
interface Place {
  readonly key: string;
  readonly keys: readonly string[];
  /** Index of the column; −1 when the schema has no room for more. */
  readonly column: number;
  readonly below: Level;
  /** The place that followed this one last time: the guess that makes most look-ups a comparison. */
  next: Place | undefined;
}

interface Level {
  readonly root: Root;
  readonly keys: readonly string[];
  readonly places: Map<string, Place>;
  first: Place | undefined;
}

/** Writes measurements and metadata that were read back from a file into the nested columns of batches, as recording them does. */
export class NestedWriter {
  readonly #schema: BatchSchema;
  readonly #levels: Readonly<Record<Root, Level>> = {
    measurements: newLevel('measurements', []),
    metadata: newLevel('metadata', []),
  };
  readonly #shapes: Readonly<Record<Root, NestedShapes>>;

  /** @param kindsOnly Whether `writeText` may leave out values where each column had one of their kind before. */
  constructor(schema: BatchSchema, kindsOnly = false) {
    this.#schema = schema;
    this.#shapes = {
      measurements: new NestedShapes(schema, 'measurements', kindsOnly),
      metadata: new NestedShapes(schema, 'metadata', kindsOnly),
    };
  }

  /** Takes the values of one row from the JSON text of the object. Throws `SyntaxError` for text that is not JSON. */
  writeText(batch: ColumnBatch, row: number, root: Root, text: string): void {
    const shapes = this.#shapes[root];
    if (shapes.write(batch, row, text)) return;
    const object = fromJsonText(text) as Record<string, unknown>;
    this.write(batch, row, root, object);
    shapes.learn(text, object);
  }

  /** Takes the values of one row. They must be plain values of their own, as a parser makes them. */
  write(batch: ColumnBatch, row: number, root: Root, object: Readonly<Record<string, unknown>>): void {
    this.#walk(batch, row, this.#levels[root], object);
  }

  #walk(batch: ColumnBatch, row: number, level: Level, object: Readonly<Record<string, unknown>>): void {
    let previous: Place | undefined;
    let guess = level.first;
    for (const key in object) {
      const value = object[key];
      let place = guess;
      if (place === undefined || place.key !== key) {
        place = level.places.get(key) ?? this.#bind(level, key, batch, row);
        if (previous) previous.next = place;
        else level.first = place;
      }
      previous = place;
      guess = place.next;
      if (isFilledObject(value) && place.keys.length < MAX_COLUMN_KEYS) this.#walk(batch, row, place.below, value);
      else if (place.column >= 0) (batch.columns[place.column] ?? batch.allocate(place.column)).set(row, value);
      else batch.setRest(level.root, row, place.keys, value);
    }
  }

  #bind(level: Level, key: string, batch: ColumnBatch, row: number): Place {
    const path = { root: level.root, keys: [...level.keys, key] };
    const column = this.#schema.column(path)?.index ?? -1;
    const place = { key, keys: path.keys, column, below: newLevel(level.root, path.keys), next: undefined };
    if (column >= 0) {
      level.places.set(key, place);
      const category = this.#schema.categoryOf(batch.eventName(row));
      const role = roleOf(pathName(path), category)?.id ?? -1;
      if (role === DURATION) this.#schema.linkCopy(fieldIndex('latency_ms'), column);
      else if (role >= 0 && role < FIELDS.length) this.#schema.linkCopy(role, column);
    }
    return place;
  }
}

function newLevel(root: Root, keys: readonly string[]): Level {
  return { root, keys, places: new Map(), first: undefined };
}

function isFilledObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const _ in value) return true;
  return false;
}
