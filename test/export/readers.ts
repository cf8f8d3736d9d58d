import { readFileSync } from 'node:fs';
import { tableFromIPC } from '@uwdata/flechette';
import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** A flat file as libraries that share nothing with the writers read it. No value is null. */
export interface FlatFile {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Cells are texts; an unquoted empty cell is null. */
export function readCsv(path: string): FlatFile {
  const [columns, ...rows] = parse(readFileSync(path), {
    record_delimiter: '\r\n',
    cast: (text, { quoting }) => (text === '' && !quoting ? null : text),
  }) as unknown[][];
  return { columns: columns as string[], rows };
}

/** Timestamps are microseconds, 64-bit integers bigints. */
export async function readParquet(path: string): Promise<FlatFile & { metadata: FileMetaData }> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const columns = metadata.schema.filter((_, i) => isTop(metadata, i)).map((element) => element.name);
  const rows: unknown[][] = [];
  await parquetRead({
    file,
    metadata,
    compressors,
    parsers: { timestampFromMicroseconds: (micros: bigint) => Number(micros) } as never,
    onComplete: (read) => rows.push(...(read as unknown[][])),
  });
  return { columns, rows: rows.map((row) => row.map((cell) => cell ?? null)), metadata };
}

/** Timestamps are microseconds, 64-bit integers bigints. */
export function readArrow(path: string): FlatFile & { table: ReturnType<typeof tableFromIPC> } {
  const table = tableFromIPC(readFileSync(path), { useBigInt: true });
  const columns = table.schema.fields.map((field) => field.name);
  const rows: unknown[][] = [];
  for (let row = 0; row < table.numRows; row++) {
    rows.push(
      table.schema.fields.map((field, i) => {
        const cell: unknown = table.getChildAt(i).at(row);
        // The reader gives milliseconds, with a fraction.
        return field.name === 'timestamp' ? Math.round((cell as number) * 1000) : cell;
      }),
    );
  }
  return { columns, rows, table };
}

/** The lines of a text file, without the last, empty one. */
export function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

// A list has two more elements below its own.
function isTop({ schema }: FileMetaData, index: number): boolean {
  if (index === 0) return false;
  let left = 0;
  for (let i = 1; i <= index; i++) {
    if (i === index) return left === 0;
    left = left === 0 ? 0 : left - 1;
    left += schema[i]!.num_children ?? 0;
  }
  return false;
}
