import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether a folder is now that of another experiment, which was started under the id of one that was removed: it gets nothing of
 * the first one's. `startedAt` is when that one was, null where nobody knows. What cannot be read says nothing.
 */
export function isAnothers(folder: string, startedAt: number | null): boolean {
  if (startedAt === null) return false;
  try {
    const { started_at } = JSON.parse(readFileSync(join(folder, 'experiment.json'), 'utf8')) as {
      started_at?: unknown;
    };
    return typeof started_at === 'number' && started_at !== startedAt;
  } catch {
    return false;
  }
}
