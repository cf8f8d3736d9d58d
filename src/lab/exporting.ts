import { sumLedgers } from '../experiment/ledger.ts';
import { type ExportFormat, type ExportOptions, type ExportResult, exportRecords } from '../export/export-records.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import type { Projection } from '../stores/store.ts';
import type { LabContext } from './context.ts';

/** Writes the records of experiments, one after the other, to one file: of what is damaged the rest, unless all are wanted `whole`. */
export function exportExperiments(
  lab: LabContext,
  states: readonly ExperimentState[],
  format: ExportFormat,
  options: ExportOptions,
  { whole = false }: { readonly whole?: boolean } = {},
): Promise<ExportResult> {
  const sources = states.map((state) => ({
    experiment: state,
    batches: (projection: Projection) => lab.store.scan(state.id, { ...projection, whole }),
    held: async () => sumLedgers((await lab.store.writers(state.id)).map(({ ledger }) => ledger)).held ?? 0,
  }));
  return exportRecords(sources, format, options);
}
