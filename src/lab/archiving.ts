import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CrucibleError, show } from '../core/errors.ts';
import { makeFolder } from '../engine/make-folder.ts';
import { jsonlMetrics } from '../metrics-store/adapters/jsonl/jsonl-metrics.ts';
import { toJsonText } from '../record/json.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import type { LabContext } from './context.ts';
import { exportExperiments } from './exporting.ts';

/**
 * Writes an experiment's definition, records and metric points to `<path>/<id>/`, which appears only when it is complete. An
 * earlier archive of the same experiment is replaced; any other folder of that name is left alone and refused.
 */
export async function writeArchive(lab: LabContext, state: ExperimentState, path: string): Promise<void> {
  if (typeof path !== 'string' || path === '') {
    throw new CrucibleError('invalid_argument', `path is ${show(path)}.`, {
      hint: 'Give the folder to write the archive to.',
    });
  }
  const folder = join(path, state.id);
  const unfinished = `${folder}.tmp-${process.pid}`;
  const replaced = `${folder}.old-${process.pid}`;
  const existing = await archiveIn(folder, state.id);
  const definition = `${JSON.stringify(JSON.parse(toJsonText(state)), null, 2)}\n`;
  try {
    await rm(unfinished, { recursive: true, force: true });
    await makeFolder(unfinished);
    await writeFile(join(unfinished, 'experiment.json'), definition);
    const events = join(unfinished, 'events.jsonl');
    if (await hasRecords(lab, state.id)) await exportExperiments(lab, [state], 'jsonl', { path: events });
    else await writeFile(events, '');
    const metrics = join(unfinished, 'metrics.jsonl');
    await writeFile(metrics, '');
    const points = jsonlMetrics({ path: metrics });
    for await (const { run_id, metric, value, ...rest } of lab.metrics.scan(state.id))
      await points.record(run_id, metric, value, rest);
    await points.close();
    if (existing) await rename(folder, replaced);
    await rename(unfinished, folder);
    await rm(replaced, { recursive: true, force: true });
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

async function hasRecords(lab: LabContext, id: string): Promise<boolean> {
  for await (const batch of lab.store.scan(id, { fields: [] })) if (batch.rows > 0) return true;
  return false;
}

/** Whether the folder is an archive of this experiment. Throws `path_unwritable` when it is something else. */
async function archiveIn(folder: string, id: string): Promise<boolean> {
  let found: unknown;
  try {
    found = (JSON.parse(await readFile(join(folder, 'experiment.json'), 'utf8')) as { id?: unknown }).id;
  } catch {
    if (!existsSync(folder)) return false;
  }
  if (found === id) return true;
  throw new CrucibleError(
    'path_unwritable',
    `There is a folder ${show(folder)} that is no archive of this experiment.`,
    {
      hint: 'Nothing was changed; give another path.',
    },
  );
}
