import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { LedgerCounts } from '../../src/stores/ledger-counts.ts';

interface Result {
  readonly warnings: readonly string[];
  readonly whileFull: LedgerCounts;
  readonly flushError: { readonly code: string; readonly message: string } | null;
  readonly ledger: LedgerCounts;
  readonly kept: number;
  readonly inSequence: boolean;
  readonly last: number;
  readonly number: number;
}

const disk = mkdtempSync(join(tmpdir(), 'crucible-disk-'));
afterAll(() => rmSync(disk, { recursive: true, force: true, maxRetries: 10 }));

// In namespaces of its own a process may mount a small disk that nobody else sees and that goes with it.
function onSmallDisk(command: string): ReturnType<typeof spawnSync> {
  const mounted = `mount -t tmpfs -o size=7m tmpfs ${disk} && ${command}`;
  return spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', mounted], { encoding: 'utf8' });
}

const possible = onSmallDisk('true').status === 0;

for (const durability of ['batched', 'immediate']) {
  test(`a full disk (${durability}): the host goes on, what cannot be kept is counted, nothing on disk is lost or torn`, (context) => {
    if (!possible) context.skip('this machine does not let a process mount a small disk');
    const script = fileURLToPath(new URL('full-disk.js', import.meta.url));
    const { stdout, stderr } = onSmallDisk(`${process.execPath} ${script} ${disk} ${durability}`);
    expect(stdout, String(stderr)).not.toBe('');
    const result = JSON.parse(String(stdout)) as Result;
    expect(result.warnings.join('\n')).toContain('ENOSPC');
    expect(result.whileFull.dropped.overflow).toBeGreaterThan(0);
    expect(result.flushError).toMatchObject({ code: 'path_unwritable' });
    expect(result.flushError!.message).toContain('ENOSPC');
    // Every event is accounted for, and all that count as stored are there.
    const { emitted, stored, dropped } = result.ledger;
    expect(emitted).toBe(result.number);
    expect(emitted).toBe(stored + dropped.overflow);
    expect(result.kept).toBe(stored);
    expect(result.inSequence).toBe(true);
    // Once there is room it goes on.
    expect(result.last).toBe(result.number - 1);
  });
}
