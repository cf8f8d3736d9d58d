import { setPriority, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import { CrucibleError } from '../../core/errors.ts';
import { type Engine, openEngine } from '../../engine/duckdb.ts';
import { type SealResult, sealSegment } from './seal-segment.ts';
import { removeStaleDrafts } from './stale-drafts.ts';

// A program of its own, because sealing keeps a core busy and loading DuckDB stops the world for a moment:
//
//   node sealer.js <folder of the experiment> [segment …]
//
// Segments are names of live files in its events folder, or paths. Without any it takes them from standard input, one a line,
// until that ends. For each it prints a line of JSON on standard output: the segment, and either the result or the error.
// Ends with 1 when a segment could not be sealed.

/** What is printed for each segment. */
export type SealReport =
  | ({ readonly segment: string } & SealResult)
  | { readonly segment: string; readonly error: { readonly code: string; readonly message: string } };

const LOWEST_PRIORITY = 19;

async function main([folder, ...segments]: readonly string[]): Promise<void> {
  if (folder === undefined) {
    process.stderr.write('usage: sealer <folder of the experiment> [segment …]\n');
    process.exitCode = 2;
    return;
  }
  lowerPriority();
  // Whoever listens may end before it has sealed everything that it was given.
  process.stdout.on('error', () => undefined);
  const engine = await openEngine({
    tempFolder: join(tmpdir(), `crucible-sealer-${process.pid}`),
    threads: 1,
    memoryLimit: '256MB',
  });
  const cleared = new Set<string>();
  try {
    for await (const segment of segments.length > 0 ? segments : createInterface({ input: process.stdin })) {
      if (segment.trim() === '') continue;
      const path = isAbsolute(segment) ? segment : join(folder, 'events', segment);
      if (!cleared.has(dirname(path))) await removeStaleDrafts(dirname(path));
      cleared.add(dirname(path));
      const report = await sealed(engine, segment, path);
      if ('error' in report) process.exitCode = 1;
      process.stdout.write(`${JSON.stringify(report)}\n`);
    }
  } finally {
    engine.close();
  }
}

async function sealed(engine: Engine, segment: string, path: string): Promise<SealReport> {
  try {
    return { segment, ...(await sealSegment(engine, path)) };
  } catch (error) {
    const code = error instanceof CrucibleError ? error.code : 'internal';
    return { segment, error: { code, message: error instanceof Error ? error.message : String(error) } };
  }
}

// Where the system does not let us, it is sealed all the same.
function lowerPriority(): void {
  try {
    setPriority(LOWEST_PRIORITY);
  } catch {
    return;
  }
}

await main(process.argv.slice(2));
