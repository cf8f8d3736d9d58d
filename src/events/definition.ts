/**
 * What a field holds. `duration`: a number in milliseconds or a bigint in nanoseconds. `timestamp`: a moment, as a number or a
 * bigint in the field's unit. `any`: whatever the emitter has, kept as it is.
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
  /** What one unit of the value is: `ms`, `USD`, `tokens`. Absent for text, flags and bare counts or ratios. */
  readonly unit?: string;
  readonly description: string;
  /** The fields inside a field of type `object`. They are closed; without them any object goes. */
  readonly fields?: Readonly<Record<string, FieldDefinition>>;
}

/** The standard categories; users add their own. */
export type EventCategory =
  | 'llm'
  | 'training'
  | 'deployment'
  | 'framework'
  | 'ensemble'
  | 'hedging'
  | 'trace'
  | 'tool'
  | 'eval'
  | (string & {});

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
  readonly fields?: EventFields;
}

/** The answer of `eventInfo`: the definition with nothing left out, and the name. */
export interface EventInfo {
  readonly name: string;
  readonly category: EventCategory;
  readonly description: string;
  readonly request: boolean;
  readonly fields: Readonly<Required<EventFields>>;
}
