import type { Draft } from '../engine/replace-file.ts';
import type { RecordEdit } from '../record/record-edit.ts';
import type { RecordSource } from './record-source.ts';
import type { Survey } from './survey.ts';

/** What there is to write, and where. */
export interface ExportJob {
  readonly sources: readonly RecordSource[];
  readonly survey: Survey;
  readonly edit: RecordEdit | undefined;
  readonly draft: Draft;
}

/** What was written. */
export interface Written {
  /** Fewer than the survey counted where stored rows turned out to be damaged. */
  readonly rows: number;
  readonly columns: readonly string[];
  /** Columns whose cells are JSON text. */
  readonly json_columns: readonly string[];
}
