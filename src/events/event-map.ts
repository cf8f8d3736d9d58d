import type { catalog } from './catalog/index.ts';
import type { FieldType } from './definition.ts';

type Catalog = typeof catalog;

/** The name of an event of the catalog. */
export type StandardEventName = keyof Catalog;

/** The events of the catalog with the types of their fields, all optional. */
export type StandardEventMap = {
  readonly [N in StandardEventName]: {
    readonly measurements: Values<Catalog[N]['fields']['measurements']>;
    readonly metadata: Values<Catalog[N]['fields']['metadata']>;
  };
};

/**
 * Every event the compiler knows. Add your own, or widen a standard one, by augmentation:
 *
 * ```ts
 * declare module 'crucible-telemetry' {
 *   interface EventMap {
 *     'my_app.retrieval.stop': { measurements: { duration?: number; documents?: number }; metadata: { index?: string } };
 *   }
 * }
 * ```
 */
export interface EventMap extends StandardEventMap {}

interface TypeOf {
  number: number;
  integer: number;
  string: string;
  boolean: boolean;
  duration: number | bigint;
  timestamp: number | bigint;
  object: object;
  array: readonly unknown[];
  any: unknown;
}

type Values<F> = { readonly [K in keyof F]?: Value<F[K]> | null | undefined };

type Value<F> = F extends { readonly fields: infer Inner }
  ? Values<Inner>
  : F extends { readonly type: infer T extends FieldType | readonly FieldType[] }
    ? TypeOf[T extends readonly FieldType[] ? T[number] : T & FieldType]
    : never;
