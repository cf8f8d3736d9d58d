import { existsSync, readFileSync } from 'node:fs';
import { SCHEMA_VERSION } from '../record/fields.ts';
import type { ExportColumn } from './columns.ts';
import type { RecordSource } from './record-source.ts';

const NAME = 'crucible-telemetry';

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

// This module lies one or two folders below the package, depending on how it was built. Bundled into a program, the package has
// lost its own description.
function packageName(): string {
  for (const up of ['../package.json', '../../package.json']) {
    const file = new URL(up, import.meta.url);
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (name === NAME) return `${name} ${version}`;
  }
  return NAME;
}
