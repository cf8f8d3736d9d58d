import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NULLABLE, spelled } from './record.js';

const TYPED = ['event_name', 'timestamp', 'sequence', 'latency_ms', 'success', 'tags', 'measurements', 'metadata'];

/** Reads the sealed segments with hyparquet, a reader in plain JavaScript. */
export async function readWithHyparquet(events) {
  const { parquetMetadata, parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const rows = [];
  let schema;
  for (const name of readdirSync(events).sort()) {
    if (!name.endsWith('.parquet')) continue;
    const { buffer, byteOffset, byteLength } = readFileSync(join(events, name));
    const file = buffer.slice(byteOffset, byteOffset + byteLength);
    ({ schema } = parquetMetadata(file));
    rows.push(...(await parquetReadObjects({ file, compressors, parsers: { timestampFromMicroseconds: Number } })));
  }
  const column = (name) => rows.map((row) => row[name] ?? null);
  const sum = (name) => column(name).reduce((total, value) => total + Number(value ?? 0), 0);
  return {
    sealed: {
      rows: rows.length,
      nulls: Object.fromEntries(NULLABLE.map((name) => [name, column(name).filter((each) => each === null).length])),
      types: Object.fromEntries(TYPED.map((name) => [name, typeOf(schema, name)])),
      timestamps: column('timestamp').map(Number),
      sums: Object.fromEntries(['latency_ms', 'cost_usd', 'input_tokens'].map((name) => [name, sum(name)])),
      numbers: column('loss').map(spelled),
      texts: column('sample_id'),
      lists: column('tags'),
      nested: rows.map(({ measurements, metadata }) => ({
        measurements: JSON.parse(measurements, (_, value) => (typeof value === 'number' ? spelled(value) : value)),
        metadata: JSON.parse(metadata, (_, value) => (typeof value === 'number' ? spelled(value) : value)),
      })),
    },
  };
}

function typeOf(schema, name) {
  const at = schema.findIndex((element) => element.name === name);
  const { type, logical_type, converted_type } = schema[at];
  if (converted_type === 'LIST') {
    const element = schema[at + 2];
    return `list<${element.converted_type === 'UTF8' ? 'string' : element.type}>`;
  }
  if (logical_type?.type === 'TIMESTAMP' || converted_type === 'TIMESTAMP_MICROS') {
    const { isAdjustedToUTC = true, unit = 'MICROS' } = logical_type ?? {};
    return `timestamp[${unit === 'MICROS' ? 'us' : unit}${isAdjustedToUTC ? ', UTC' : ''}]`;
  }
  if (type === 'BYTE_ARRAY') return 'string';
  return { INT64: 'int64', DOUBLE: 'double', BOOLEAN: 'bool' }[type] ?? type;
}
