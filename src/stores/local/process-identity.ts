import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';

/** Which process wrote a file: enough to tell whether it is still there, also after its number was given to another. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes with each start of the machine; null where the system does not tell. */
  readonly boot_id: string | null;
  /** In which numbers of processes mean something: containers have their own; null where the system does not tell. */
  readonly pid_namespace: string | null;
  readonly pid: number;
  /** When the process began, in the system's own count; null where the system does not tell. */
  readonly pid_started: string | null;
  readonly thread: number;
}

let own: ProcessIdentity | undefined;

export function thisProcess(): ProcessIdentity {
  own ??= {
    host: hostname(),
    boot_id: bootId(),
    pid_namespace: pidNamespace(),
    pid: process.pid,
    pid_started: startOf(process.pid),
    thread: threadId,
  };
  return own;
}

/** Whether that process runs; undefined when it is one of another machine or container, or of before this one was started. */
export function isAlive(process: ProcessIdentity): boolean | undefined {
  const here = thisProcess();
  // Two machines may have one name; of a machine that was started again the heartbeat has not moved for long.
  if (process.host !== here.host || process.boot_id !== here.boot_id) return undefined;
  if (process.pid_namespace && here.pid_namespace && process.pid_namespace !== here.pid_namespace) return undefined;
  if (!exists(process.pid)) return false;
  return process.pid_started === null || process.pid_started === startOf(process.pid);
}

/** The same for the thread: undefined also for one whose process runs, unless it is this one. */
export function isThreadAlive(process: ProcessIdentity): boolean | undefined {
  const alive = isAlive(process);
  if (!alive) return alive;
  // The main thread lives as long as its process.
  const here = thisProcess();
  return process.thread === 0 || (process.pid === here.pid && process.thread === here.thread) || undefined;
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function bootId(): string | null {
  return readOr('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

// The 22nd field of the line; the second, the command's name, may hold spaces.
function startOf(pid: number): string | null {
  return readOr(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ')[19] ?? null;
}

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
