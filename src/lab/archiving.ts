import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CrucibleError, show } from '../core/errors.ts';
import { isMissing } from '../engine/file-errors.ts';
import { makeFolder } from '../engine/make-folder.ts';
import { jsonlMetrics } from '../metrics-store/adapters/jsonl/jsonl-metrics.ts';
import { toJsonText } from '../record/json.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import type { LabContext } from './context.ts';
import { exportExperiments } from './exporting.ts';

const DEFINITION = 'experiment.json';
const EVENTS = 'events.jsonl';
const METRICS = 'metrics.jsonl';
const FILES: readonly string[] = [DEFINITION, EVENTS, METRICS];

// Of archives of one experiment that are written at the same time the last one stays.
const MAX_REPLACED = 100;

/**
 * Writes an experiment's definition, records and metric points to `<path>/<id>/`, which appears only when it is complete. An
 * earlier archive of the same experiment is replaced; any other folder of that name, such as the experiment's own in its store,
 * is left alone and refused. Rejects with `damaged_data` where some records cannot be read: what an archive lacks is lost once
 * the experiment is deleted.
 */
export async function writeArchive(lab: LabContext, state: ExperimentState, path: string): Promise<void> {
  if (typeof path !== 'string' || path === '') {
    throw new CrucibleError('invalid_argument', `path is ${show(path)}.`, {
      hint: 'Give the folder to write the archive to.',
    });
  }
  const folder = join(path, state.id);
  const attempt = randomUUID().slice(0, 8);
  const unfinished = `${folder}.tmp-${attempt}`;
  // Before anything is written, so that a wrong path is told at once.
  await archiveIn(folder, state.id);
  const definition = `${JSON.stringify(JSON.parse(toJsonText(state)), null, 2)}\n`;
  try {
    await makeFolder(unfinished);
    await writeFile(join(unfinished, DEFINITION), definition);
    const events = join(unfinished, EVENTS);
    if (await hasRecords(lab, state.id))
      await exportExperiments(lab, [state], 'jsonl', { path: events }, { whole: true });
    else await writeFile(events, '');
    const metrics = join(unfinished, METRICS);
    await writeFile(metrics, '');
    const points = jsonlMetrics({ path: metrics });
    for await (const { run_id, metric, value, ...rest } of lab.metrics.scan(state.id))
      await points.record(run_id, metric, value, rest);
    await points.close();
    await putInPlace(unfinished, folder, `${folder}.old-${attempt}`, state.id);
  } catch (error) {
    // Where the folder could not be made there is nothing to remove: what went wrong first is what the caller has to know.
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof CrucibleError) throw error;
    throw new CrucibleError(
      'path_unwritable',
      `The archive ${show(folder)} cannot be written: ${(error as Error).message}.`,
      {
        hint: 'The experiment is unchanged; give a folder that can be written.',
        cause: error,
      },
    );
  }
}

/** Gives a complete archive its name. Others may do the same at the same time. */
async function putInPlace(finished: string, folder: string, replaced: string, id: string): Promise<void> {
  for (let left = MAX_REPLACED; ; left--) {
    const isMoved = (await archiveIn(folder, id)) && (await moved(folder, replaced));
    try {
      await rename(finished, folder);
    } catch (error) {
      if (isTaken(error) && left > 0) {
        await rm(replaced, { recursive: true, force: true });
        continue;
      }
      if (isMoved) await rename(replaced, folder);
      throw error;
    }
    await rm(replaced, { recursive: true, force: true });
    return;
  }
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isTaken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}

async function hasRecords(lab: LabContext, id: string): Promise<boolean> {
  for await (const batch of lab.store.scan(id, { fields: [], whole: true })) if (batch.rows > 0) return true;
  return false;
}

/** Whether the folder is an archive of this experiment. Throws `path_unwritable` when it is something else. */
async function archiveIn(folder: string, id: string, looks = 5): Promise<boolean> {
  let found: unknown;
  try {
    const names = await readdir(folder);
    // What is moved aside is removed, so there must not be anything else in it.
    if (names.every((name) => FILES.includes(name)))
      found = (JSON.parse(await readFile(join(folder, DEFINITION), 'utf8')) as { id?: unknown }).id;
  } catch (error) {
    if (!existsSync(folder)) return false;
    // Another archive may have taken its place between the two looks.
    if (isMissing(error) && looks > 1) return archiveIn(folder, id, looks - 1);
  }
  if (found === id) return true;
  throw new CrucibleError(
    'path_unwritable',
    `There is a folder ${show(folder)} that is no archive of this experiment, or holds more than that.`,
    {
      hint: 'Nothing was changed; give another path.',
    },
  );
}
