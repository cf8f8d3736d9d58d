import type { FieldDefinition } from '../definition.ts';

type Fields = Readonly<Record<string, FieldDefinition>>;

/** Measurements of everything that begins: the two clocks. */
export const beginning = {
  system_time: { type: 'timestamp', unit: 'µs', description: 'Wall clock, since the Unix epoch, UTC.' },
  monotonic_time: {
    type: 'duration',
    unit: 'ms',
    description: 'Monotonic clock; differences mean something, values do not.',
  },
} as const satisfies Fields;

/** Measurements of everything that ends. */
export const ending = {
  duration: { type: 'duration', unit: 'ms', description: 'How long it took.' },
  latency_ms: { type: 'number', unit: 'ms', description: 'The latency to record, where it is not the duration.' },
  start: {
    type: 'duration',
    unit: 'ms',
    description: 'Clock reading at the beginning: with `stop`, in place of `duration`.',
  },
  stop: { type: 'duration', unit: 'ms', description: 'Clock reading at the end, from the same clock as `start`.' },
  ...beginning,
} as const satisfies Fields;

/** Metadata that any event may carry: where it belongs. */
export const context = {
  sample_id: {
    type: ['string', 'integer'],
    description: 'The data item it belongs to; pairs events across conditions.',
  },
  session_id: { type: ['string', 'integer'], description: 'The session or conversation it belongs to.' },
  user_id: { type: ['string', 'integer'], description: 'The user it belongs to.' },
  cohort: { type: ['string', 'integer'], description: 'The cohort it belongs to.' },
  trace_id: { type: 'string', description: 'The trace it is part of.' },
  span_id: { type: 'string', description: 'The span that it begins or ends.' },
  parent_span_id: { type: 'string', description: 'The span that encloses it.' },
  correlation_id: { type: ['string', 'integer'], description: 'An id of the host that ties it to other systems.' },
} as const satisfies Fields;

/** Metadata of what ended: how it went. */
export const outcome = {
  success: { type: 'boolean', description: 'Whether it succeeded; wins over every other sign of it.' },
  status: { type: ['string', 'integer'], description: 'Status in the words of the source: `ok`, `timeout`, 429.' },
  error: { type: 'any', description: 'The error, when there was one.' },
} as const satisfies Fields;

/** Metadata of what was thrown out of a span. */
export const failure = {
  kind: {
    type: 'string',
    description: '`error` for a thrown Error, `throw` for any other thrown value, `rejection` for a rejected promise.',
  },
  reason: { type: 'any', description: 'What was thrown.' },
  stacktrace: { type: ['string', 'array'], description: 'Where it was thrown.' },
  ...outcome,
} as const satisfies Fields;

export const cost = {
  cost_usd: { type: 'number', unit: 'USD', description: 'What it cost, as the source reports it.' },
} as const satisfies Fields;
