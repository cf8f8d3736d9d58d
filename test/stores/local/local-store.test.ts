import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from 'vitest';
import { localStore } from '../../../src/stores/local/local-store.ts';
import { storeConformance } from '../../../src/testing/store-conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'crucible-local-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

for (const durability of ['batched', 'immediate', 'fsync'] as const) {
  storeConformance({
    name: `local, ${durability}`,
    test,
    persistent: true,
    open: ({ place }) => localStore({ dir: join(folder, durability, place), durability }),
  });
}
