import { isRecord } from '../bus/records.ts';
import { CrucibleError, show } from '../core/errors.ts';
import type { Measurements } from '../events/types.ts';
import type { MetricOptions } from '../metrics-store/metrics-store.ts';
import { Redaction } from '../record/redaction.ts';
import { snapshot } from '../record/snapshot.ts';

/** Refuses what cannot be called. */
export function requireFunction(what: string, fn: unknown): void {
  if (typeof fn === 'function') return;
  throw new CrucibleError('invalid_argument', `${what} was given ${show(fn)}, which is not a function.`, {
    hint: `Call ${what}(() => …).`,
  });
}

/** An object as it is; nothing for anything else. */
export function objectOf(value: unknown): Measurements {
  return isRecord(value) ? value : {};
}

/** The options of a metric point without what is never to be kept. */
export function redactedMetric(
  options: MetricOptions | undefined,
  redact: readonly string[],
): MetricOptions | undefined {
  if (redact.length === 0 || !options?.metadata) return options;
  const metadata = snapshot(options.metadata) as object;
  new Redaction(redact).apply({ root: 'metadata', keys: [] }, metadata);
  return { ...options, metadata };
}
