import { packageVersion } from '../core/package-version.ts';
import { SCHEMA_VERSION } from '../record/fields.ts';
import type { ExportColumn } from './columns.ts';
import type { RecordSource } from './record-source.ts';

/** What a typed file says about itself, as keys and values of its metadata. Values are text, some of it JSON. */
export function provenance(
  sources: readonly RecordSource[],
  columns: readonly ExportColumn[],
): Readonly<Record<string, string>> {
  const version = packageVersion();
  return {
    'crucible.schema_version': String(SCHEMA_VERSION),
    'crucible.writer': version === undefined ? 'crucible-telemetry' : `crucible-telemetry ${version}`,
    'crucible.experiments': JSON.stringify(sources.map(({ experiment: { id, name } }) => ({ id, name }))),
    'crucible.json_columns': JSON.stringify(jsonColumns(columns)),
  };
}

/** The columns whose cells are JSON text. */
export function jsonColumns(columns: readonly ExportColumn[]): readonly string[] {
  return columns.filter((column) => column.type === 'json').map((column) => column.name);
}
