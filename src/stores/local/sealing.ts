import { type ChildProcess, spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { warnOnce } from '../../core/warn.ts';
import { compiledFile } from './compiled-file.ts';
import type { SealReport } from './sealer.ts';
import { parseSegmentName } from './segment-name.ts';

const IDLE_MS = 1000;

/**
 * Has finished segments sealed by a process of its own, so that nobody waits for it. One process serves a store and ends when
 * there is nothing to do; when this process ends first, that one does what it was given and ends too. What it does not come to
 * stays a live segment, which every reader reads.
 */
export class Sealing {
  readonly #dir: string;
  readonly #given = new Set<string>();
  #process: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;

  /** @param dir The folder of the store. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * Seals what is finished in an experiment's folder: of the writers that `isOpen` names all segments but the newest, of the
   * others all.
   */
  async add(folder: string, isOpen: (writer: string) => boolean): Promise<void> {
    for (const segment of await finishedSegments(folder, isOpen)) this.#give(segment);
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#process?.stdin?.end();
    this.#process = undefined;
  }

  #give(segment: string): void {
    if (this.#given.has(segment)) return;
    this.#given.add(segment);
    this.#process ??= this.#start();
    this.#process?.stdin?.write(`${segment}\n`);
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
  }

  #start(): ChildProcess | undefined {
    const file = compiledFile('stores/local/sealer.js');
    if (!file) {
      tell('The program that seals was not found.');
      return undefined;
    }
    let child: ChildProcess;
    try {
      child = spawn(process.execPath, [file, this.#dir], { stdio: ['pipe', 'pipe', 'ignore'], env: environment() });
    } catch (error) {
      tell((error as Error).message);
      this.#given.clear();
      return undefined;
    }
    child.on('error', (error) => tell(error.message));
    // Whatever it did not come to may be given to another.
    child.on('exit', () => {
      if (this.#process === child) this.#process = undefined;
      this.#given.clear();
    });
    // It may have ended before it was told to.
    child.stdin?.on('error', () => undefined);
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#report(line));
    child.unref();
    for (const stream of [child.stdin, child.stdout] as unknown as { unref?: () => void }[]) stream.unref?.();
    return child;
  }

  #report(line: string): void {
    const report = JSON.parse(line) as SealReport;
    this.#given.delete(report.segment);
    if ('error' in report) tell(`${report.segment}: ${report.error.message}`);
  }
}

function tell(why: string): void {
  warnOnce(`sealer:${why}`, `Segments are not sealed and stay in JSON Lines, which every reader reads. ${why}`);
}

/** The live segments in an experiment's folder that nobody writes to: of open writers all but the newest. */
export async function finishedSegments(folder: string, isOpen: (writer: string) => boolean): Promise<string[]> {
  const events = join(folder, 'events');
  const files = (await readdir(events).catch(() => [])).map((file) => ({ file, name: parseSegmentName(file) }));
  const newest = new Map<string, number>();
  for (const { name } of files) {
    if (name) newest.set(name.writer, Math.max(name.number, newest.get(name.writer) ?? -1));
  }
  return files
    .filter(({ name }) => name && !name.sealed && !(isOpen(name.writer) && name.number === newest.get(name.writer)))
    .map(({ file }) => join(events, file));
}

// Options for this process, such as a debugger's or a profiler's, are not meant for that one.
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = process.env;
  return rest;
}
