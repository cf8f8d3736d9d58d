import fc from 'fast-check';
import type { Emitted } from './recorded.ts';

const NAMES = [
  'req_llm.request.stop',
  'req_llm.request.start',
  'req_llm.request.exception',
  'crucible_deployment.inference.stop',
  'crucible_framework.stage.stop',
  'my.event',
];

const SECOND = 1e6;

/** Finite numbers in the range that latencies have, and what is none. */
export const latencies = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0, max: 1e5, noNaN: true }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
);

const measurements = fc.record(
  {
    duration: latencies,
    cost_usd: fc.oneof(fc.double({ min: 0, max: 10, noNaN: true }), fc.constant(Number.NaN)),
    input_tokens: fc.nat(5000),
    output_tokens: fc.nat(5000),
  },
  { requiredKeys: [] },
);

const metadata = fc.record(
  {
    success: fc.boolean(),
    model: fc.constantFrom('cheap', 'mystery', 'riddle'),
    cohort: fc.constantFrom('a', 'b'),
  },
  { requiredKeys: [] },
);

/** Events without spans, at any times within a minute, by up to three writers. */
export const events: fc.Arbitrary<Emitted[]> = fc.array(
  fc.record({
    name: fc.constantFrom(...NAMES),
    at: fc.integer({ min: 0, max: 60 * SECOND }),
    m: measurements,
    d: metadata,
    writer: fc.nat(2),
  }),
  { maxLength: 60 },
);

interface Span {
  readonly name: string;
  readonly m: Record<string, unknown>;
  readonly d: Record<string, unknown>;
  /** Whether a request without a span of its own happened in it. */
  readonly request: boolean;
  /** Which of the spans before it encloses it. */
  readonly parent: number;
}

const spans: fc.Arbitrary<Span[]> = fc.array(
  fc.record({
    name: fc.constantFrom('req_llm.request', 'crucible_framework.stage', 'my.work'),
    m: measurements,
    d: metadata,
    request: fc.boolean(),
    parent: fc.nat(11),
  }),
  { maxLength: 12 },
);

/** The events of nested spans as their writer sees them: each span ends after those inside it. */
export const spanEvents: fc.Arbitrary<Emitted[]> = spans.map((list) => {
  const emitted: Emitted[] = [];
  // A span whose parent is not before it is the root of a trace of its own; ids are numbered anew in each trace.
  const parentOf = (i: number) => (list[i]!.parent < i ? list[i]!.parent : undefined);
  const traceOf = (i: number): number => {
    const parent = parentOf(i);
    return parent === undefined ? i : traceOf(parent);
  };
  const visit = (i: number) => {
    const { name, m, d, request } = list[i]!;
    const parent = parentOf(i);
    const trace = traceOf(i);
    const ids = {
      trace_id: `t${trace}`,
      span_id: `s${i - trace}`,
      ...(parent === undefined ? {} : { parent_span_id: `s${parent - trace}` }),
    };
    emitted.push({ name: `${name}.start`, at: emitted.length, d: ids });
    for (let child = i + 1; child < list.length; child++) if (parentOf(child) === i) visit(child);
    if (request) {
      const { trace_id, span_id } = ids;
      const within = { trace_id, parent_span_id: span_id };
      emitted.push({ name: 'req_llm.request.stop', at: emitted.length, m: { duration: 1 }, d: within });
    }
    emitted.push({ name: `${name}.stop`, at: emitted.length, m, d: { ...d, ...ids } });
  };
  for (let i = 0; i < list.length; i++) if (parentOf(i) === undefined) visit(i);
  return emitted;
});
