import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createBus, createCrucible } from 'crucible-telemetry';
import { localStore } from 'crucible-telemetry/stores/local';

/** What may be lost: milliseconds before the kill, by durability and pace. See docs/durability.md. */
export const BOUNDS = {
  batched: { full: 200, slow: 50, blocked: 50 },
  immediate: { full: 0, slow: 0, blocked: 0 },
  fsync: { full: 0, slow: 0, blocked: 0 },
};

// Small enough that some segment is being sealed all the time.
const SEGMENT_BYTES = { full: 1_048_576, slow: 8192, blocked: 16_384 };

/**
 * Starts a process that writes, kills it after a while, and compares what it executed with what is on disk.
 *
 * @param {{ durability: 'batched' | 'immediate' | 'fsync', pace: 'full' | 'slow' | 'blocked', sealing: boolean, afterMs: number, slackMs?: number }} options `slackMs`: added to a bound
 *   above 0, for machines that do other things at the same time.
 * @returns {Promise<{ executed: number, kept: number, lost: number, lostMs: number, bound: number, problems: string[] }>} `lostMs`: how long
 *   before the kill the first event was executed that is not kept.
 */
export async function killRound({ durability, pace, sealing, afterMs, slackMs = 0 }) {
  const dir = mkdtempSync(join(tmpdir(), 'crucible-kill-'));
  const problems = [];
  try {
    const progress = join(dir, 'progress');
    const args = [
      join(dir, 'store'),
      'killed',
      durability,
      pace,
      progress,
      ...(sealing ? [String(SEGMENT_BYTES[pace])] : []),
    ];
    const child = spawn(process.execPath, [new URL('writer.js', import.meta.url).pathname, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // With its group, the process that seals dies too.
      detached: true,
    });
    await once(child.stdout, 'data');
    // Killed while a process is at the sealing, or between two segments that it seals.
    if (sealing) while (!(await isSealing(args[0]))) await setTimeout(5);
    const reading = readWhile(args[0], afterMs, problems);
    await setTimeout(afterMs);
    process.kill(-child.pid, 'SIGKILL');
    const killedAt = performance.timeOrigin + performance.now();
    await once(child, 'exit');
    await reading;
    const times = readFileSync(progress);
    // The event under way may have been recorded and not yet noted.
    const executed = Math.floor(times.length / 8);
    const kept = await examine(args[0], problems);
    const lost = Math.max(0, executed - kept);
    const lostMs = lost === 0 ? 0 : killedAt - times.readDoubleLE(kept * 8);
    const bound = BOUNDS[durability][pace];
    if (lostMs > (bound === 0 ? 0 : bound + slackMs))
      problems.push(`${lost} events of the last ${lostMs.toFixed(0)} ms lost, ${bound} ms are allowed`);
    if (executed > 100 && kept === 0) problems.push('nothing was kept');
    await resume(args[0], kept, problems);
    return { executed, kept, lost, lostMs, bound, problems };
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function isSealing(dir) {
  const names = await readdir(join(dir, 'experiments', 'killed', 'events'));
  return names.some((name) => name.endsWith('.parquet') || name.endsWith('.tmp'));
}

// Reads the experiment again and again while it is written: what is seen is whole and never shrinks.
async function readWhile(dir, ms, problems) {
  const until = performance.now() + ms - 50;
  let seen = 0;
  while (performance.now() < until) {
    const kept = await examine(dir, problems);
    if (kept < seen) problems.push(`a reader saw ${seen} records, then ${kept}`);
    seen = kept;
    await setTimeout(20);
  }
}

async function examine(dir, problems) {
  const lab = createCrucible({ store: localStore({ dir, signals: false }), bus: createBus() });
  let kept = 0;
  try {
    const experiment = await lab.getExperiment('killed');
    for await (const record of experiment.records()) {
      const { number } = record.measurements;
      if (record.sequence !== kept || number !== kept) {
        problems.push(`record ${kept} is sequence ${record.sequence}, number ${number}`);
        break;
      }
      if (record.metadata.text !== `event ${number} ü`) problems.push(`record ${kept} has ${record.metadata.text}`);
      kept++;
    }
  } finally {
    await lab.close();
  }
  return kept;
}

// The experiment goes on in another process, and its account agrees with its files.
async function resume(dir, kept, problems) {
  const lab = createCrucible({ store: localStore({ dir, signals: false }), bus: createBus() });
  try {
    const [listed] = await lab.listExperiments();
    if (listed?.status !== 'crashed') problems.push(`its status is ${listed?.status}, not crashed`);
    const experiment = await lab.resumeExperiment('killed');
    for (let i = 0; i < 5; i++) experiment.execute('crash.test.resumed', { i });
    await lab.flush();
    let total = 0;
    for await (const _ of experiment.records()) total++;
    if (total !== kept + 5) problems.push(`after the resume there are ${total} records, not ${kept + 5}`);
    const ledger = await experiment.ledgerAll();
    if (ledger.stored !== total) problems.push(`the ledger says ${ledger.stored} stored, there are ${total}`);
    const dropped = Object.values(ledger.dropped).reduce((sum, n) => sum + n, 0);
    if (ledger.emitted !== ledger.stored + ledger.sampled_out + dropped) problems.push('the ledger does not balance');
    await experiment.stop();
  } finally {
    await lab.close();
  }
}
