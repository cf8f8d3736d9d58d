import { ChunkWriter } from './chunk-writer.ts';
import { exportColumns } from './columns.ts';
import type { ExportJob, Written } from './export-job.ts';
import { cellText, FlatRows } from './flat-rows.ts';
import { jsonColumns } from './provenance.ts';
import { rowSlices } from './row-slices.ts';

/**
 * Comma-separated values after RFC 4180: a header, CRLF line ends, UTF-8 without a byte order mark, times as ISO 8601 in UTC
 * with microseconds. See `FlatRows` for the cells. Cells that begin with `=`, `+`, `-` or `@` are written as they are, because
 * a guard against spreadsheets that take them for formulas would change the data: open files from strangers as text.
 */
export async function writeCsv({ sources, survey, edit, draft }: ExportJob): Promise<Written> {
  const columns = exportColumns(survey, edit);
  let rows = 0;
  const flat = new FlatRows(columns, 'iso');
  await ChunkWriter.fill(draft.path, draft.target, async (writer) => {
    await writer.text(`${columns.map((column) => cellText(column.name)).join(',')}\r\n`);
    for await (const slice of rowSlices(sources, survey, columns.length)) {
      rows += slice.to - slice.from;
      const full = writer.text(flat.text(slice, '\r\n'));
      if (full) await full;
    }
  });
  return { rows, columns: columns.map((column) => column.name), json_columns: jsonColumns(columns) };
}
