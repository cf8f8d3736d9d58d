import type { deployment } from './catalog/deployment.ts';
import type { ensemble } from './catalog/ensemble.ts';
import type { evaluation } from './catalog/eval.ts';
import type { framework } from './catalog/framework.ts';
import type { hedging } from './catalog/hedging.ts';
import type { llm } from './catalog/llm.ts';
import type { tool } from './catalog/tool.ts';
import type { trace } from './catalog/trace.ts';
import type { training } from './catalog/training.ts';
import type { EventDefinition } from './definition.ts';

/** The standard events with the types of their fields, each of which may be missing, null or undefined. */
export interface StandardEventMap
  extends EventShapes<typeof llm>,
    EventShapes<typeof training>,
    EventShapes<typeof deployment>,
    EventShapes<typeof framework>,
    EventShapes<typeof ensemble>,
    EventShapes<typeof hedging>,
    EventShapes<typeof trace>,
    EventShapes<typeof tool>,
    EventShapes<typeof evaluation> {}

/**
 * Every event that the compiler knows. Add your own, or widen a standard one, by augmentation:
 *
 * ```ts
 * declare module 'crucible-telemetry' {
 *   interface EventMap {
 *     'my_app.retrieval.stop': {
 *       measurements: { duration?: number; documents?: number };
 *       metadata: { index?: string };
 *     };
 *     'crucible_train.epoch.stop': {
 *       measurements: StandardEventMap['crucible_train.epoch.stop']['measurements'] & { f1?: number };
 *       metadata: StandardEventMap['crucible_train.epoch.stop']['metadata'];
 *     };
 *   }
 * }
 * ```
 */
export interface EventMap extends StandardEventMap {}

/** The entry of the map that a definition stands for: `'my_app.retrieval.stop': EventShape<typeof retrievalStop>`. */
export type EventShape<D extends EventDefinition> = {
  readonly measurements: D extends { readonly fields: { readonly measurements: infer F } }
    ? { readonly [K in keyof F]?: Value<F[K]> | null | undefined }
    : object;
  readonly metadata: D extends { readonly fields: { readonly metadata: infer F } }
    ? { readonly [K in keyof F]?: Value<F[K]> | null | undefined }
    : object;
};

type EventShapes<C extends Readonly<Record<string, EventDefinition>>> = { readonly [N in keyof C]: EventShape<C[N]> };

type Value<F> = F extends { readonly fields: infer Inner }
  ? { readonly [K in keyof Inner]?: Value<Inner[K]> | null | undefined }
  : F extends { readonly type: infer T }
    ? TypeOf[Extract<T extends readonly unknown[] ? T[number] : T, keyof TypeOf>]
    : unknown;

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
