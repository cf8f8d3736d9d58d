import { LineEncoder } from '../record/line-encoder.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { exportedFields } from './columns.ts';
import type { ExportJob, Written } from './export-job.ts';
import { rowSlices } from './row-slices.ts';

/**
 * JSON Lines: one record to a line, valid against `schema/record.json`. All lines of a file have the same keys: the core fields
 * and those that some record has, null where they do not apply. Writing the others as null too would make the file 60 % larger.
 */
export async function writeJsonl({ sources, survey, edit, draft }: ExportJob): Promise<Written> {
  const columns = exportedFields(survey);
  let rows = 0;
  const encoder = new LineEncoder({ always: columns, edit });
  await ChunkWriter.fill(draft.path, draft.target, async (writer) => {
    const width = columns.length + survey.paths.size;
    for await (const { batch, from, to } of rowSlices(sources, survey, width, { wholeNested: true })) {
      rows += to - from;
      for (const line of encoder.lines(batch, from, to)) {
        const full = writer.text(`${line}\n`);
        if (full) await full;
      }
    }
  });
  return { rows, columns, json_columns: [] };
}
