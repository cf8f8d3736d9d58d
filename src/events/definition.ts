/**
 * What a field holds. `duration`: a number in milliseconds or a bigint in nanoseconds. `timestamp`: a moment, as a number or a
 * bigint in the field's unit. `any`: whatever the emitter has.
 */
export type FieldType =
  | 'number'
  | 'integer'
  | 'string'
  | 'boolean'
  | 'duration'
  | 'timestamp'
  | 'object'
  | 'array'
  | 'any';

/** One field of an event. A list of types means any of them. */
export interface FieldDefinition {
  readonly type: FieldType | readonly FieldType[];
  /** What one unit of the value is: `ms`, `USD`, `tokens`. Absent for text, flags, positions and ratios. */
  readonly unit?: string;
  readonly description: string;
  /** The fields inside a field of type `object`. They are closed; without them any object goes. */
  readonly fields?: Readonly<Record<string, FieldDefinition>>;
}

/** The categories of the standard events. */
export type StandardCategory =
  | 'llm'
  | 'training'
  | 'deployment'
  | 'framework'
  | 'ensemble'
  | 'hedging'
  | 'trace'
  | 'tool'
  | 'eval';

/** The category of an event: one of the standard ones, or a word of your own. */
export type EventCategory = StandardCategory | (string & {});

/** The fields of an event, by the argument of `execute` that carries them. */
export interface EventFields {
  readonly measurements?: Readonly<Record<string, FieldDefinition>>;
  readonly metadata?: Readonly<Record<string, FieldDefinition>>;
}

/** What is known about an event: the shape of the catalog and of `defineEvent`. */
export interface EventDefinition {
  readonly category: EventCategory;
  readonly description: string;
  /** True for a leaf request, whose latency, cost and reliability make the headline numbers. Default false. */
  readonly request?: boolean;
  /** Default: none, which leaves every key free. */
  readonly fields?: EventFields;
}

/** What `eventInfo` answers: the definition with its defaults filled in, and the name. */
export interface EventInfo {
  readonly name: string;
  readonly category: EventCategory;
  readonly description: string;
  readonly request: boolean;
  readonly fields: Readonly<Required<EventFields>>;
}

/** Definitions by dotted event name. */
export type Catalog = Readonly<Record<string, EventDefinition>>;
