import { eventInfo } from '../events/registry.ts';
import type { Measurements, Metadata } from '../events/types.ts';
import type { ColumnBatch } from './batch.ts';
import { type Binding, canNest, type EventShape, type Level, newLevel } from './binding.ts';
import { type Column, ColumnKind } from './column.ts';
import { enrichRow } from './enrich-row.ts';
import type { EventRecord, RecordScope } from './event-record.ts';
import { FIELDS, fieldIndex } from './fields.ts';
import { pathName } from './path.ts';
import type { PriceBook } from './prices.ts';
import { REDACTED, type Redaction } from './redaction.ts';
import { DURATION, ROLE_KINDS, RoleKind, roleOf, SPELLINGS, STOP } from './roles.ts';
import { Row } from './row.ts';
import { assign, assignNumber, type EnclosingSpan, setExplicit, setSpan } from './row-values.ts';
import type { BatchSchema } from './schema.ts';
import { warnOfSimilarEvent } from './similar-event.ts';
import {
  boundedString,
  hasKeys,
  isPlainObject,
  MAX_VALUES,
  newTrail,
  setOwn,
  snapshot,
  type Trail,
} from './snapshot.ts';

const MAX_INLINE_STRING = 4096;
// What an object counts for among the values of an event: with it, objects that all know each other end soon.
const OBJECT_COST = 50;
const NOTHING = Object.freeze({});
// After every source of a field.
const DEFAULT_RANK = 200;
const TIMESTAMP = fieldIndex('timestamp');
const EVENT_NAME = fieldIndex('event_name');
const SCOPE = fieldIndex('scope');
const INCLUSION_PROBABILITY = fieldIndex('inclusion_probability');

/** An event name as the bus interns it: `index` is a dense small number, or −1 for a name beyond the limit. */
export interface NamedEvent {
  readonly name: string;
  readonly index: number;
}

/** Fields that hold unless the event says otherwise: the run's context and the enclosing span. By role. */
export interface RowDefaults {
  readonly texts: readonly (readonly [role: number, text: string])[];
  readonly metadata: Metadata | undefined;
}

export interface RecorderOptions {
  readonly prices: PriceBook;
  readonly redaction?: Redaction | undefined;
  /** Whether an event is one of the requests whose numbers make the headline. */
  readonly isRequest: (eventName: string) => boolean;
  /** A batch to fill, asked for when the one before is full; undefined when the store takes no more. */
  readonly nextBatch: () => ColumnBatch | undefined;
  /** Called after each row that was kept; false when the store could not take it after all. */
  readonly committed?: ((batch: ColumnBatch, row: number) => boolean) | undefined;
}

/**
 * Turns events into rows of column batches. `capture` writes an event into the next row and enriches it; `commit` makes the
 * row part of the batch, `rollback` takes it back. Between the two, `row` holds the fields. Where the host's stack ends in the
 * midst of one of them, it throws; what is left of the row is then taken back by the next `begin`.
 */
export class Recorder {
  readonly row: Row = new Row();
  readonly #schema: BatchSchema;
  readonly #options: RecorderOptions;
  readonly #committed: RecorderOptions['committed'];
  readonly #shapes: (EventShape | undefined)[] = [];
  readonly #otherShapes = new Map<string, EventShape>();
  #batch: ColumnBatch | undefined;
  #at = 0;
  // Plain objects being walked, outermost first: one that comes up again is a cycle.
  readonly #trail: Trail = newTrail(NOTHING);
  #capturing = false;
  // From the first write to a row until it is kept or nothing of it is left.
  #underWay = false;

  constructor(schema: BatchSchema, options: RecorderOptions) {
    this.#schema = schema;
    this.#options = options;
    this.#committed = options.committed;
  }

  /**
   * Makes sure there is a row to write to; false when the store takes no more. Throws while an event is being captured: a
   * getter of that event executed this one.
   */
  begin(): boolean {
    if (this.#capturing) throw new Error('It was executed while the values of another event were being read.');
    if (this.#underWay) this.rollback();
    let batch = this.#batch;
    if (!batch || batch.rows === batch.capacity) {
      batch = this.#options.nextBatch();
      this.#batch = batch;
      if (!batch) return false;
    }
    this.#at = batch.rows;
    return true;
  }

  /** Writes an event into the row that `begin` found. May throw what a getter of the event throws: then `rollback`. */
  capture(
    event: NamedEvent,
    measurements: Measurements,
    metadata: Metadata,
    timestamp: number,
    scope: RecordScope,
    defaults?: RowDefaults,
    span?: EnclosingSpan,
    explicit?: Partial<EventRecord>,
  ): void {
    // An enricher may have executed events since: their rows are taken.
    if (this.#batch?.rows !== this.#at && !this.begin()) throw new Error('The store takes no more.');
    this.#capturing = true;
    this.#underWay = true;
    try {
      this.#write(event, measurements, metadata, timestamp, scope, defaults, span, explicit);
    } finally {
      this.#capturing = false;
    }
  }

  #write(
    event: NamedEvent,
    measurements: Measurements,
    metadata: Metadata,
    timestamp: number,
    scope: RecordScope,
    defaults: RowDefaults | undefined,
    span: EnclosingSpan | undefined,
    explicit: Partial<EventRecord> | undefined,
  ): void {
    const { row } = this;
    const shape = this.#shape(event);
    row.eventName = shape.name;
    row.category = shape.category;
    row.request = shape.request;
    row.timestamp = timestamp;
    const trail = this.#trail;
    trail.left = MAX_VALUES;
    if (explicit) setExplicit(this.row, explicit);
    trail.ancestors[0] = measurements;
    this.#walk(shape.measurements, measurements as Record<string, unknown>, shape);
    trail.ancestors[0] = metadata;
    this.#walk(shape.metadata, metadata as Record<string, unknown>, shape);
    if (defaults) this.#setDefaults(defaults, metadata, shape);
    if (span) setSpan(this.row, span);
    enrichRow(row, this.#options.prices);
    this.#options.redaction?.strike(row);
    row.setNumber(TIMESTAMP, timestamp);
    row.setText(EVENT_NAME, shape.name);
    row.setText(SCOPE, scope);
  }

  /** Notes with which probability the captured event is kept, on top of one that it came with. */
  setInclusionProbability(probability: number): void {
    const { row } = this;
    if (row.has(INCLUSION_PROBABILITY)) row.numbers[INCLUSION_PROBABILITY]! *= probability;
    else row.setNumber(INCLUSION_PROBABILITY, probability);
  }

  /** The nested value of the captured event under a flat path; undefined without one. */
  nested(path: string): unknown {
    return this.#batch!.value(path, this.#at);
  }

  /** Keeps the row; false when the store could not take it. When it throws, the row is not kept. */
  commit(): boolean {
    this.#fillFields();
    this.row.clear();
    return this.#close(this.row.timestamp);
  }

  /** Copies the captured event to an empty row of another batch of the same schema. `rollback` then takes it back here. */
  copyTo(batch: ColumnBatch, at: number): void {
    this.#fillFields();
    batch.copyRow(at, this.#batch!, this.#at);
  }

  /** Writes a row that was copied away into the row that `begin` found, and keeps it as `commit` does. */
  commitCopy(source: ColumnBatch, from: number): boolean {
    const batch = this.#batch!;
    const at = this.#at;
    this.#underWay = true;
    batch.copyRow(at, source, from);
    return this.#close(batch.timestamp(at));
  }

  #fillFields(): void {
    const batch = this.#batch!;
    const at = this.#at;
    const { row } = this;
    const { assigned, count, numbers, texts } = row;
    for (let i = 0; i < count; i++) {
      const role = assigned[i]!;
      if (role >= FIELDS.length) continue;
      const column = batch.columns[role] ?? batch.allocate(role);
      const kind = ROLE_KINDS[role];
      const number = numbers[role]!;
      if (kind === RoleKind.TEXT) column.setText(at, texts[role]!);
      else if (kind === RoleKind.FLAG) column.setFlag(at, number === 1);
      else if (column.kind === ColumnKind.NUMBER && !Number.isNaN(number)) column.numbers[at] = number;
      else column.setNumber(at, number);
    }
  }

  #close(timestamp: number): boolean {
    const batch = this.#batch!;
    const at = this.#at;
    if (timestamp < batch.minTimestamp) batch.minTimestamp = timestamp;
    if (timestamp > batch.maxTimestamp) batch.maxTimestamp = timestamp;
    // The row is part of the batch from here on: nothing may be called after it but the store.
    this.#underWay = false;
    batch.rows = at + 1;
    return this.#committed === undefined || this.#committed(batch, at);
  }

  /** Takes the row back: nothing of the event stays. */
  rollback(): void {
    const batch = this.#batch;
    if (batch?.rows === this.#at) batch.clearRow(this.#at);
    this.row.clear();
    this.#trail.ancestors.length = 1;
    this.#underWay = false;
  }

  #shape(event: NamedEvent): EventShape {
    const known = event.index >= 0 ? this.#shapes[event.index] : this.#otherShapes.get(event.name);
    if (known) return known;
    const shape: EventShape = {
      name: event.name,
      category: eventInfo(event.name)?.category ?? null,
      request: this.#options.isRequest(event.name),
      measurements: newLevel('measurements', []),
      metadata: newLevel('metadata', []),
    };
    this.#schema.setCategory(shape.name, shape.category);
    warnOfSimilarEvent(event.name);
    if (event.index >= 0) this.#shapes[event.index] = shape;
    else if (this.#otherShapes.size < 1000) this.#otherShapes.set(event.name, shape);
    return shape;
  }

  #walk(level: Level, object: Record<string, unknown>, shape: EventShape): void {
    const { columns } = this.#batch!;
    const at = this.#at;
    let previous: Binding | undefined;
    let guess = level.first;
    let mended: Set<string> | undefined;
    for (const key in object) {
      const value = object[key];
      if (value === undefined) continue;
      let binding = guess;
      if (binding === undefined || binding.key !== key) {
        binding = level.bindings.get(key) ?? this.#bind(level, key, shape);
        if (previous) previous.next = binding;
        else level.first = binding;
      }
      previous = binding;
      guess = binding.next;
      if (binding.direct) {
        const index = binding.column;
        if (typeof value === 'number') {
          const column = columns[index];
          if (column?.kind === ColumnKind.NUMBER && !Number.isNaN(value)) column.numbers[at] = value;
          else this.#column(index).setNumber(at, value);
          if (binding.role >= 0) assignNumber(this.row, binding, value);
          continue;
        }
        if (typeof value === 'string' && value.length < MAX_INLINE_STRING) {
          (columns[index] ?? this.#column(index)).setText(at, value);
          if (binding.role >= 0) assign(this.row, binding, value);
          continue;
        }
      }
      if (binding.mended) {
        // Of keys that become the same, the one that is so already stays, or else the first.
        const stored = binding.keys.at(-1)!;
        if (object[stored] !== undefined || mended?.has(stored)) continue;
        mended ??= new Set();
        mended.add(stored);
      }
      this.#store(binding, value, shape);
    }
  }

  #column(index: number): Column {
    return this.#batch!.allocate(index);
  }

  #bind(level: Level, key: string, shape: EventShape, spelled = true): Binding {
    const { root } = level;
    const top = root === 'metadata' && level.keys.length === 0;
    const alias = spelled && top && Object.hasOwn(SPELLINGS, key) ? SPELLINGS[key]! : undefined;
    const stored = alias ?? key.toWellFormed();
    const path = { root, keys: [...level.keys, stored] };
    const column = this.#schema.column(path)?.index ?? -1;
    const role = roleOf(pathName(path), shape.category);
    const { redaction } = this.#options;
    const redacted =
      redaction !== undefined && (redaction.covers(path) || (role !== undefined && redaction.coversRole(role.id)));
    const mended = alias === undefined && stored !== key;
    const binding: Binding = {
      key,
      root,
      keys: path.keys,
      column,
      role: redacted ? -1 : (role?.id ?? -1),
      rank: role?.rank ?? 0,
      redacted,
      alias,
      mended,
      direct: column >= 0 && !redacted && alias === undefined && !mended,
      level: undefined,
      next: undefined,
    };
    if (column >= 0) {
      if (spelled) level.bindings.set(key, binding);
      if (role && !redacted) this.#linkCopy(role.id, column);
    }
    return binding;
  }

  #linkCopy(role: number, column: number): void {
    if (role < FIELDS.length) this.#schema.linkCopy(role, column);
    else if (role === DURATION) this.#schema.linkCopy(fieldIndex('latency_ms'), column);
  }

  // Everything that is not a number or a short string in a known column.
  #store(binding: Binding, value: unknown, shape: EventShape): void {
    const { role } = binding;
    if (binding.alias !== undefined && this.#isSaid(binding.alias)) {
      this.#store(this.#bind(shape.metadata, binding.key, shape, false), value, shape);
    } else if (binding.redacted) {
      this.#keep(binding, REDACTED);
    } else if (typeof value === 'bigint' && role >= DURATION && role <= STOP) {
      if (role !== DURATION) this.row.setNanoseconds(role, value);
      this.#store(binding, Number(value) / 1e6, shape);
    } else if (typeof value === 'object' && value !== null && canNest(binding) && isPlainObject(value)) {
      if (role >= 0) assign(this.row, binding, value);
      this.#storeObject(binding, value as Record<string, unknown>, shape);
    } else {
      const plain: unknown = typeof value === 'string' ? boundedString(value) : snapshot(value, this.#trail);
      if (role >= 0) assign(this.row, binding, plain);
      this.#storeSnapshot(binding, plain, shape);
    }
  }

  #storeSnapshot(binding: Binding, plain: unknown, shape: EventShape): void {
    if (typeof plain === 'object' && plain !== null) {
      this.#options.redaction?.apply(binding, plain);
      if (canNest(binding) && !Array.isArray(plain)) {
        this.#storeObject(binding, plain as Record<string, unknown>, shape);
        return;
      }
    }
    this.#keep(binding, plain);
  }

  #storeObject(binding: Binding, value: Record<string, unknown>, shape: EventShape): void {
    const trail = this.#trail;
    if (!hasKeys(value)) this.#keep(binding, {});
    else if (trail.ancestors.includes(value)) this.#keep(binding, '[Circular]');
    else if (trail.left <= 0) this.#keep(binding, '[Too large]');
    else {
      trail.left -= OBJECT_COST;
      binding.level ??= newLevel(binding.root, binding.keys);
      trail.ancestors.push(value);
      this.#walk(binding.level, value, shape);
      trail.ancestors.pop();
    }
  }

  #isSaid(key: string): boolean {
    return (this.#trail.ancestors[0] as Record<string, unknown>)[key] !== undefined;
  }

  #keep(binding: Binding, value: unknown): void {
    if (binding.column >= 0) this.#column(binding.column).set(this.#at, value);
    else this.#batch!.setRest(binding.root, this.#at, binding.keys, value);
  }

  #setDefaults(defaults: RowDefaults, metadata: Metadata, shape: EventShape): void {
    const { redaction } = this.#options;
    for (const [role, text] of defaults.texts) {
      if (!redaction?.coversDefault(role)) this.row.setText(role, boundedString(text), DEFAULT_RANK);
    }
    if (!defaults.metadata) return;
    const missing: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(defaults.metadata)) {
      if (!Object.hasOwn(metadata, key) || metadata[key] === undefined) setOwn(missing, key, value);
    }
    this.#trail.ancestors[0] = missing;
    this.#walk(shape.metadata, missing, shape);
  }
}
