import { warnOnce } from '../core/warn.ts';
import { similarEvent } from '../events/registry.ts';

const MAX_LOOKED = 1000;
const looked = new Set<string>();

/** Warns once of an unknown name that is almost that of a standard event. Looking takes 15 µs, so each name is looked at once. */
export function warnOfSimilarEvent(name: string): void {
  if (looked.has(name) || looked.size >= MAX_LOOKED) return;
  looked.add(name);
  const similar = similarEvent(name);
  if (similar === undefined) return;
  warnOnce(
    `similar_event:${name}`,
    `An event ${name} was executed, which nobody defined. Did you mean ${similar}? If not, defineEvent makes it known.`,
  );
}
