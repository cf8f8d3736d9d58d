import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty folder, outside the project. */
export function temporaryFolder() {
  return mkdtempSync(join(tmpdir(), 'crucible-bench-'));
}
