import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export const MAIN: string = join(import.meta.dirname, '../../dist/cli/main.js');

if (!existsSync(MAIN)) throw new Error('dist/cli/main.js is not there: run node scripts/build.js first.');

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
}

/** Starts the command line as a process of its own, without a terminal. */
export function start(args: readonly string[], { env = {}, cwd }: CallOptions = {}): ChildProcess {
  const { CRUCIBLE_DIR: _, COLUMNS: __, NO_COLOR: ___, FORCE_COLOR: ____, NODE_OPTIONS: _____, ...rest } = process.env;
  return spawn(process.execPath, [MAIN, ...args], { cwd: cwd ?? tmpdir(), env: { ...rest, ...env } });
}

/** What a started process came to. */
export function outcome(child: ChildProcess): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Runs the command line to its end. */
export function crucible(args: readonly string[], options: CallOptions = {}): Promise<Outcome> {
  const child = start(args, options);
  child.stdin?.end(options.input ?? '');
  return outcome(child);
}

// Registered while the file is collected: a hook that a running test adds never runs.
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crucible-cli-'));
  folders.push(folder);
  return folder;
}

/** The documents of NDJSON. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
