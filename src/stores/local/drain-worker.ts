import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { Drain } from './drain.ts';
import { receivedRows } from './large-rows.ts';
import { Ring, type RingMemory, Side, Stop } from './ring.ts';
import type { SegmentLimits } from './segment-file.ts';

/** What the thread is started with. */
export interface DrainWorkerData {
  readonly memory: RingMemory;
  readonly limits: SegmentLimits;
  readonly flushIntervalMs: number;
  /** Where rows come from that are larger than the room in the ring. */
  readonly largeRows: MessagePort;
}

// How long the thread looks for rows before it sleeps until somebody wakes it.
const WATCHFUL_MS = 200;
const SLEEP_MS = 1000;
const RETRY_MS = 100;

const { memory, limits, flushIntervalMs, largeRows } = workerData as DrainWorkerData;
const ring = new Ring(memory);
const drain = new Drain({ ring, limits, large: receivedRows(largeRows) });
const halted = () => ring.stopping === Stop.NOW;
let idleMs = 0;
parentPort?.postMessage('ready');

while (!halted()) {
  if (!ring.lock(Side.DRAINER, SLEEP_MS)) continue;
  let busy = false;
  try {
    if (halted()) break;
    busy = drain.slice();
    ring.trouble = 0;
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    // What is no trouble of the system would not go away: the caller's thread takes over.
    if (errno === undefined) throw error;
    ring.trouble = errno;
  } finally {
    ring.unlock();
  }
  if (ring.trouble !== 0) {
    if (ring.stopping === Stop.WHEN_EMPTY) break;
    ring.pause(RETRY_MS);
  } else if (busy) {
    idleMs = 0;
    if (ring.backlog === 0) ring.pause(flushIntervalMs);
  } else if (ring.stopping === Stop.WHEN_EMPTY) {
    break;
  } else if (idleMs < WATCHFUL_MS) {
    idleMs += flushIntervalMs;
    ring.pause(flushIntervalMs);
  } else {
    ring.sleep(SLEEP_MS);
  }
}
drain.close();
largeRows.close();
parentPort?.close();
