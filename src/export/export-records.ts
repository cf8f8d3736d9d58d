import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CrucibleError, show } from '../core/errors.ts';
import { plural } from '../core/figures.ts';
import { requireOptions } from '../core/options.ts';
import { replaceFile } from '../engine/replace-file.ts';
import { FIELDS } from '../record/fields.ts';
import type { AnonymizeOptions } from './anonymize.ts';
import type { ExportJob, Written } from './export-job.ts';
import type { RecordSource } from './record-source.ts';
import { surveySources } from './survey.ts';

export type { AnonymizeOptions } from './anonymize.ts';
export type { RecordSource } from './record-source.ts';

export type ExportFormat = 'csv' | 'jsonl' | 'parquet' | 'arrow';

export interface ExportOptions {
  /** The file to write. Missing folders are made; a file of that name is replaced, once the new one is complete. */
  readonly path: string;
  /** Default: nothing is changed. */
  readonly anonymize?: AnonymizeOptions | undefined;
}

/** What an export wrote. */
export interface ExportResult {
  /** The file, as an absolute path. */
  readonly path: string;
  readonly format: ExportFormat;
  readonly rows: number;
  readonly columns: readonly string[];
  /** Those of `columns` whose cells are JSON text: lists, and values that differ in type from row to row. */
  readonly json_columns: readonly string[];
  /** Size of the file. */
  readonly bytes: number;
}

const PLAIN_FIELDS = FIELDS.filter(({ type }) => type !== 'object').map(({ name }) => name);

/** Each format is loaded when it is asked for: two of them bring a large library. */
const WRITERS: Readonly<Record<ExportFormat, () => Promise<(job: ExportJob) => Promise<Written>>>> = {
  csv: async () => (await import('./csv.ts')).writeCsv,
  jsonl: async () => (await import('./jsonl.ts')).writeJsonl,
  parquet: async () => (await import('./parquet.ts')).writeParquet,
  arrow: async () => (await import('./arrow.ts')).writeArrow,
};

/**
 * Writes the records of experiments to one file: source by source, each by (writer, sequence). What is recorded while it runs
 * is not in it. The records are gone through twice, to find the columns and to write them, in bounded memory.
 *
 * @throws `unknown_format`, `invalid_argument`, `no_events` when there is no record at all, `unknown_field` for a path to drop
 * that none of them has, `path_unwritable`. Then nothing was written, and a file that was there before still is.
 */
export async function exportRecords(
  sources: readonly RecordSource[],
  format: ExportFormat,
  options: ExportOptions,
): Promise<ExportResult> {
  checkArguments(sources, format, options);
  const { anonymize } = options;
  const edit = anonymize === undefined ? undefined : (await import('./anonymize.ts')).anonymizer(anonymize);
  // Lines need to know which fields there are, and nothing of what lies within them.
  const fields = format === 'jsonl' ? PLAIN_FIELDS : undefined;
  // An edit makes another value of each.
  const projection = { fields, kindsOnly: edit === undefined };
  const survey = await surveySources(sources, edit, projection);
  if (survey.rows === 0) throw await noEvents(sources);
  const write = await WRITERS[format]();
  const written = await replaceFile(options.path, async (draft) => {
    const { rows, columns, json_columns } = await write({ sources, survey, edit, draft });
    edit?.requireAllMet();
    return { rows, columns, json_columns, bytes: (await stat(draft.path)).size };
  });
  return { path: resolve(options.path), format, ...written };
}

function checkArguments(sources: readonly RecordSource[], format: ExportFormat, options: ExportOptions): void {
  if (!Object.hasOwn(WRITERS, format)) {
    throw new CrucibleError('unknown_format', `There is no export format ${show(format)}.`, {
      hint: `Choose one of ${Object.keys(WRITERS).join(', ')}.`,
    });
  }
  requireOptions('export', options, ['path', 'anonymize']);
  const path: unknown = options.path;
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new CrucibleError('invalid_argument', `The path to export to is ${show(path)}.`, {
      hint: `Give the path of a file: { path: 'events.${format}' }.`,
    });
  }
  const ids = sources.map((source) => source.experiment.id);
  const repeated = ids.find((id, i) => ids.indexOf(id) !== i);
  if (ids.length === 0 || repeated !== undefined) {
    const what =
      repeated === undefined ? 'No experiment was named' : `The experiment ${show(repeated)} was named twice`;
    throw new CrucibleError('invalid_argument', `${what} for an export.`, {
      hint: 'Name each experiment once, and at least one.',
    });
  }
}

async function noEvents(sources: readonly RecordSource[]): Promise<CrucibleError> {
  const held = (await Promise.all(sources.map((source) => source.held?.() ?? 0))).reduce((sum, own) => sum + own, 0);
  const names = sources.map(({ experiment }) => `${show(experiment.name)} (${experiment.id})`).join(', ');
  return new CrucibleError('no_events', `There is no event to export from ${names}.`, {
    hint:
      held > 0
        ? `A reservoir holds ${plural(held, 'event')}: they become records when its writer closes.`
        : 'Execute events inside experiment.run(); experiment.ledger() says what became of those that were emitted.',
  });
}
