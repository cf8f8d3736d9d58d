import { withinEdits } from '../core/edit-distance.ts';
import { CrucibleError } from '../core/errors.ts';
import { catalog } from './catalog/index.ts';
import type { EventDefinition, EventInfo, StandardCategory } from './definition.ts';
import { toEventInfo } from './event-info.ts';
import { type EventNameInput, normalizeEventName } from './name.ts';

type Names = readonly string[];

const standard = new Map<string, EventInfo>();
for (const definitions of Object.values(catalog)) {
  for (const [name, definition] of Object.entries(definitions)) standard.set(name, toEventInfo(name, definition));
}

// Shared as the bus is: what a library defines through its own copy of the package is known to every other.
const SHARED = Symbol.for('crucible-telemetry.events');
const shared = globalThis as unknown as Record<symbol, Map<string, EventInfo> | undefined>;
shared[SHARED] ??= new Map();
const defined: Map<string, EventInfo> = shared[SHARED];

const standardNames: Names = Object.freeze([...standard.keys()]);
const standardByCategory = new Map(
  Object.entries(catalog).map(([category, definitions]) => [category, Object.freeze(Object.keys(definitions))]),
);

/** The names of all standard events, category by category. Events of `defineEvent` are not among them. */
export function standardEvents(): Names {
  return standardNames;
}

/** Requests to language models: `req_llm.request.{start,stop,exception}`. */
export function llmEvents(): Names {
  return namesOf('llm');
}

/** Training jobs, epochs, batches and checkpoints: `crucible_train.*`. */
export function trainingEvents(): Names {
  return namesOf('training');
}

/** Inferences of deployed models: `crucible_deployment.inference.*`. */
export function deploymentEvents(): Names {
  return namesOf('deployment');
}

/** Pipelines and their stages: `crucible_framework.*`. */
export function frameworkEvents(): Names {
  return namesOf('framework');
}

/** Predictions and votes of ensembles: `ensemble.*`. */
export function ensembleEvents(): Names {
  return namesOf('ensemble');
}

/** Hedged requests: `hedging.request.*`. */
export function hedgingEvents(): Names {
  return namesOf('hedging');
}

/** Steps of causal traces: `causal_trace.event.created`. */
export function traceEvents(): Names {
  return namesOf('trace');
}

/** Calls of tools: `altar.tool.*`. */
export function toolEvents(): Names {
  return namesOf('tool');
}

/** Scores: `eval.score.recorded`. */
export function evalEvents(): Names {
  return namesOf('eval');
}

/** The names of all known events by category, those of `defineEvent` included. A new object each time, frozen. */
export function eventsByCategory(): Readonly<Record<StandardCategory, Names> & Record<string, Names>> {
  const groups = new Map(standardByCategory);
  for (const { name, category } of defined.values()) {
    groups.set(category, Object.freeze([...(groups.get(category) ?? []), name]));
  }
  return Object.freeze(Object.fromEntries(groups)) as Readonly<Record<StandardCategory, Names> & Record<string, Names>>;
}

/** The names of the leaf requests, whose latency, cost and reliability make the headline numbers; `defineEvent` adds to them. */
export function requestEvents(): Names {
  const known = [...standard.values(), ...defined.values()];
  return Object.freeze(known.filter((info) => info.request).map((info) => info.name));
}

/** What is known about an event: category, description, fields. Undefined for an unknown name; never throws. */
export function eventInfo(name: EventNameInput): EventInfo | undefined {
  const dotted = typeof name === 'string' ? name : Array.isArray(name) ? name.join('.') : '';
  return standard.get(dotted) ?? defined.get(dotted);
}

/** The standard event that an unknown name may be meant to be: at most two characters differ. Undefined for a known name. */
export function similarEvent(name: string): string | undefined {
  if (standard.has(name) || defined.has(name)) return undefined;
  return standardNames.find((known) => withinEdits(name, known, 2));
}

/**
 * Makes an event known: its category reaches the records, its description the documentation, and `request: true` lets it count
 * in the headline numbers. Defining it again with an equal definition changes nothing. The answer is the frozen `EventInfo`,
 * typed as what was given, so that `EventMap` can take the field types from it: see `EventShape`.
 *
 * ```ts
 * defineEvent('my_app.retrieval.stop', {
 *   category: 'retrieval',
 *   description: 'A retrieval ended.',
 *   fields: {
 *     measurements: { duration: { type: 'duration', unit: 'ms', description: 'How long it took.' } },
 *     metadata: { index: { type: 'string', description: 'The index that was searched.' } },
 *   },
 * });
 * ```
 *
 * Throws `invalid_event_name`, `invalid_argument` for a definition with a part that is missing, wrong or unknown, and
 * `event_defined` for a name that has another definition.
 */
export function defineEvent<const D extends EventDefinition>(
  name: EventNameInput,
  definition: D,
): D & { readonly name: string } {
  const info = toEventInfo(normalizeEventName(name), definition);
  const before = eventInfo(info.name);
  if (before && canonical(before) !== canonical(info)) {
    throw new CrucibleError('event_defined', `The event ${info.name} is defined already, in another way.`, {
      hint: standard.has(info.name)
        ? 'It is a standard event: choose another name.'
        : 'Define it in one place, or give the same definition everywhere.',
    });
  }
  if (!before) defined.set(info.name, info);
  return (before ?? info) as D & EventInfo;
}

function namesOf(category: StandardCategory): Names {
  return standardByCategory.get(category) ?? [];
}

// The order of keys says nothing, so it must not make two definitions differ.
function canonical(info: EventInfo): string {
  return JSON.stringify(info, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
