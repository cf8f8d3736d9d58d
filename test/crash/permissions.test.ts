import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { LedgerCounts } from '../../src/stores/ledger-counts.ts';

interface Refusal {
  readonly code: string;
  readonly message: string;
}

interface Result {
  readonly skipped?: string;
  readonly refused: Refusal | null;
  readonly flushed: Refusal | null;
  readonly paused: Refusal | null;
  readonly whileClosed: string;
  readonly listed: Refusal | null;
  readonly numbers: readonly number[];
  readonly ledger: LedgerCounts;
}

const root = mkdtempSync(join(tmpdir(), 'crucible-nobody-'));
chmodSync(root, 0o777);
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 10 }));

for (const durability of ['batched', 'immediate']) {
  test(`permission that is refused or taken away for a while costs nothing that there was room for (${durability})`, (context) => {
    const script = fileURLToPath(new URL('nobody.js', import.meta.url));
    const place = mkdtempSync(join(root, 'place-'));
    chmodSync(place, 0o777);
    const { stdout, stderr } = spawnSync(process.execPath, [script, place, durability], { encoding: 'utf8' });
    expect(stdout, stderr).not.toBe('');
    const result = JSON.parse(stdout) as Result;
    if (result.skipped) context.skip(`The administrator may not become another user here: ${result.skipped}`);
    const refusal = { code: 'path_unwritable', message: expect.stringContaining('EACCES') };
    expect(result.refused).toMatchObject(refusal);
    expect(result.flushed).toMatchObject(refusal);
    expect(result.paused).toMatchObject(refusal);
    // That nobody may look is no removal.
    expect(result.whileClosed).toBe('running');
    expect(result.listed).toMatchObject({ code: 'path_unreadable' });
    expect(result.numbers).toEqual(Array.from({ length: 300 }, (_, i) => i));
    expect(result.ledger).toMatchObject({ emitted: 300, stored: 300 });
  });
}
