import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CrucibleError } from '../../core/errors.ts';
import { openEngine } from '../../engine/duckdb.ts';
import { isStale } from './file-lock.ts';
import { type SealResult, sealSegment } from './seal-segment.ts';
import { finishedSegments } from './sealing.ts';
import { experimentFolder } from './segment-files.ts';
import { readNotes, statusOf } from './writer-files.ts';

/**
 * The live segments of an experiment that nobody writes to any more, as paths: of writers that closed or crashed, and earlier
 * ones of those at work. They are read like any other; sealed they are smaller and quicker to read.
 */
export async function unsealedSegments(dir: string, id: string): Promise<string[]> {
  const folder = experimentFolder(dir, id);
  const notes = await readNotes(join(folder, 'writers'));
  const open = new Set(notes.filter((note) => statusOf(note) === 'open').map(({ writer_id }) => writer_id));
  return finishedSegments(folder, (writer) => open.has(writer));
}

/** What became of one segment. */
export type SealedSegment = { readonly path: string } & (SealResult | { readonly error: CrucibleError });

/** Seals live segments in this process, one after the other. One that cannot be sealed stays as it is and has its error. */
export async function* sealSegments(paths: readonly string[]): AsyncGenerator<SealedSegment> {
  const engine = await openEngine({
    tempFolder: join(tmpdir(), `crucible-sealing-${process.pid}`),
    memoryLimit: '256MB',
  });
  try {
    for (const path of paths) {
      try {
        yield { path, ...(await sealSegment(engine, path)) };
      } catch (error) {
        if (!(error instanceof CrucibleError)) throw error;
        yield { path, error };
      }
    }
  } finally {
    engine.close();
  }
}

/** The path of an experiment's lock whose holder has died, if there is one. The next change of the experiment breaks it. */
export async function staleLock(dir: string, id: string): Promise<string | undefined> {
  const path = join(experimentFolder(dir, id), 'experiment.lock');
  const holder = await readFile(path, 'utf8').catch(() => undefined);
  return holder !== undefined && isStale(holder) ? path : undefined;
}
