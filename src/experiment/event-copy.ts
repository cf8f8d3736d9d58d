import { snapshot } from '../record/snapshot.ts';

/** The snapshot of each property, but with bigints as they are: under `duration` they are nanoseconds, as numbers milliseconds. */
export function plain(value: object): Record<string, unknown> {
  const copy = snapshot(value);
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) return { value: copy };
  const result: Record<string, unknown> = { ...copy };
  for (const key of Object.keys(result)) {
    if (typeof result[key] !== 'number') continue;
    const original: unknown = (value as Record<string, unknown>)[key];
    if (typeof original === 'bigint') result[key] = original;
  }
  return result;
}
