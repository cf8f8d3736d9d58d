import { CrucibleError, show } from '../core/errors.ts';

/** An event name: dotted text, or the list of its segments. */
export type EventNameInput = string | readonly string[];

const NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

/**
 * The dotted form of a name: `['req_llm', 'request', 'stop']` is `req_llm.request.stop`. Throws `invalid_event_name` unless every
 * segment is made of ASCII letters, digits, `_` and `-`. Costs a regular expression: keep the answer where it is needed often.
 */
export function normalizeEventName(name: EventNameInput): string {
  const dotted = typeof name === 'string' ? name : Array.isArray(name) && name.every(isSegment) ? name.join('.') : '';
  if (NAME.test(dotted)) return dotted;
  throw new CrucibleError('invalid_event_name', `${show(name)} is not an event name.`, {
    hint: 'Give dotted segments of letters, digits, "_" and "-", such as "my_app.retrieval.stop", or a list of the segments.',
  });
}

function isSegment(segment: unknown): boolean {
  return typeof segment === 'string' && !segment.includes('.');
}
