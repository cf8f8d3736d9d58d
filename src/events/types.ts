import type { EventMap } from './event-map.ts';

export type {
  EventCategory,
  EventDefinition,
  EventFields,
  EventInfo,
  FieldDefinition,
  FieldType,
  StandardCategory,
} from './definition.ts';
export type { EventMap, EventShape, StandardEventMap } from './event-map.ts';

/** The numbers of an event, as a handler reads them. What `execute` accepts is `MeasurementsOf`. */
export type Measurements = Readonly<Record<string, unknown>>;

/** The context of an event, as a handler reads it. What `execute` accepts is `MetadataOf`. */
export type Metadata = Readonly<Record<string, unknown>>;

/**
 * What may be measured under a name. A known name takes its own fields and no others; any other name takes any object.
 * `MeasurementsOf<string>` is the free form, for interfaces and literals alike.
 */
export type MeasurementsOf<N extends string> = N extends keyof EventMap
  ? EventMap[N] extends { readonly measurements: infer M }
    ? M
    : object
  : object;

/**
 * The context that may go with a name. The fields of a known name are checked, further keys are free; any other name takes
 * any object. `MetadataOf<string>` is the free form.
 */
export type MetadataOf<N extends string> = N extends keyof EventMap
  ? EventMap[N] extends { readonly metadata: infer M }
    ? Open<M>
    : object
  : object;

// Two halves, since an interface has no index signature and a literal with further keys needs one.
type Open<T> = (T & object) | (T & Metadata);
