import {
  type AnonymizeOptions,
  type ExportFormat,
  type ExportResult,
  exportRecords,
} from '../export/export-records.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import type { LabContext } from './context.ts';

/** Where and how to export. */
export interface ExportOptions {
  /** The file to write. Folders are created; an existing file is replaced only when the new one is complete. */
  readonly path: string;
  /** Replaces user and session ids by keyed pseudonyms and leaves named content out. */
  readonly anonymize?: AnonymizeOptions;
}

/** Writes the records of experiments, one after the other, to one file. */
export function exportExperiments(
  lab: LabContext,
  states: readonly ExperimentState[],
  format: ExportFormat,
  options: ExportOptions,
): Promise<ExportResult> {
  const sources = states.map((state) => ({ experiment: state, batches: () => lab.store.scan(state.id) }));
  return exportRecords(sources, format, options);
}
