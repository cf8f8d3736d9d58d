import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CrucibleError, show } from '../core/errors.ts';
import { jsonlMetrics } from '../metrics-store/adapters/jsonl/jsonl-metrics.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import type { LabContext } from './context.ts';
import { exportExperiments } from './exporting.ts';

/** Writes an experiment's definition, records and metric points to `<path>/<id>/`, which appears only when it is complete. */
export async function writeArchive(lab: LabContext, state: ExperimentState, path: string): Promise<void> {
  const folder = join(path, state.id);
  const unfinished = `${folder}.tmp-${process.pid}`;
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await writeFile(join(unfinished, 'experiment.json'), `${JSON.stringify(state, null, 2)}\n`);
    const events = join(unfinished, 'events.jsonl');
    if (await hasRecords(lab, state.id)) await exportExperiments(lab, [state], 'jsonl', { path: events });
    else await writeFile(events, '');
    const metrics = join(unfinished, 'metrics.jsonl');
    await writeFile(metrics, '');
    const points = jsonlMetrics({ path: metrics });
    for await (const { run_id, metric, value, ...rest } of lab.metrics.scan(state.id))
      await points.record(run_id, metric, value, rest);
    await points.close();
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
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
  for await (const batch of lab.store.scan(id)) if (batch.rows > 0) return true;
  return false;
}
