import { readFileSync } from 'node:fs';
import { SCHEMA_VERSION } from '../record/fields.ts';
import type { ExportColumn } from './columns.ts';
import type { RecordSource } from './record-source.ts';

/** What a typed file says about itself, as keys and values of its metadata. Values are text, some of it JSON. */
export function provenance(
  sources: readonly RecordSource[],
  columns: readonly ExportColumn[],
): Readonly<Record<string, string>> {
  return {
    'crucible.schema_version': String(SCHEMA_VERSION),
    'crucible.writer': packageName(),
    'crucible.experiments': JSON.stringify(sources.map(({ experiment: { id, name } }) => ({ id, name }))),
    'crucible.json_columns': JSON.stringify(jsonColumns(columns)),
  };
}

/** The columns whose cells are JSON text. */
export function jsonColumns(columns: readonly ExportColumn[]): readonly string[] {
  return columns.filter((column) => column.type === 'json').map((column) => column.name);
}

function packageName(): string {
  try {
    const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      name: string;
      version: string;
    };
    return `${name} ${version}`;
  } catch {
    // Bundled into a program, the package has lost its own description.
    return 'crucible-telemetry';
  }
}
