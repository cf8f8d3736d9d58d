import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` and gives its time in ns and by how many bytes the process's resident memory grew at its highest. Linux tells
 * the peak since a moment; elsewhere it is the peak of the whole life of the process.
 */
export async function watched(work) {
  globalThis.gc?.();
  await sleep(200);
  const before = process.memoryUsage.rss();
  const resettable = resetPeak();
  const start = process.hrtime.bigint();
  await work();
  const ns = Number(process.hrtime.bigint() - start);
  const peak = (resettable ? peakSinceReset() : undefined) ?? process.resourceUsage().maxRSS * 1024;
  return { ns, growth: peak - before };
}

function resetPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    return false;
  }
}

function peakSinceReset() {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return found ? Number(found[1]) * 1024 : undefined;
}
