import { ChunkWriter } from './chunk-writer.ts';
import { type ExportColumn, exportColumns } from './columns.ts';
import type { ExportJob, Written } from './export-job.ts';
import { cellText, FlatRows, type TimeStyle } from './flat-rows.ts';
import { jsonColumns } from './provenance.ts';
import { rowSlices } from './row-slices.ts';

/**
 * Comma-separated values after RFC 4180: a header, CRLF line ends, UTF-8 without a byte order mark, times as ISO 8601 in UTC
 * with microseconds. See `FlatRows` for the cells. Cells that begin with `=`, `+`, `-` or `@` are written as they are, because
 * a guard against spreadsheets that take them for formulas would change the data: open files from strangers as text.
 */
export async function writeCsv(job: ExportJob): Promise<Written> {
  const columns = exportColumns(job.survey, job.edit);
  await ChunkWriter.fill(job.draft.path, job.draft.target, async (writer) => {
    await writer.text(`${columns.map((column) => cellText(column.name)).join(',')}\r\n`);
    await writeRows(writer, job, columns, 'iso', '\r\n');
  });
  return { columns: columns.map((column) => column.name), json_columns: jsonColumns(columns) };
}

/** Writes the rows without a header. Returns the length in bytes of the longest row, and of the rows that a batch has at most. */
export async function writeRows(
  writer: ChunkWriter,
  { sources, survey }: ExportJob,
  columns: readonly ExportColumn[],
  times: TimeStyle,
  lineEnd: string,
): Promise<void> {
  const flat = new FlatRows(columns, times);
  for await (const slice of rowSlices(sources, survey, columns.length)) {
    for (const row of flat.rows(slice)) {
      const full = writer.text(row + lineEnd);
      if (full) await full;
    }
  }
}
