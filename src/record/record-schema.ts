import { FIELDS, type Field, SCHEMA_VERSION } from './fields.ts';

/** The fields that every record has: they are never null. */
export const NEVER_NULL: ReadonlySet<string> = new Set([
  'event_id',
  'event_name',
  'timestamp',
  'writer_id',
  'sequence',
  'scope',
  'experiment_id',
  'tags',
  'measurements',
  'metadata',
]);

const TYPES: Readonly<Record<Field['type'], string>> = {
  string: 'string',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  timestamp: 'integer',
  strings: 'array',
  object: 'object',
};

/**
 * JSON Schema (draft 2020-12) of a record as a line of JSON Lines has it, made from `FIELDS`; shipped as
 * `crucible-telemetry/schema/record.json`. A field that is left out is null.
 */
export function recordSchema(): object {
  const properties = FIELDS.map((field) => [field.name, { description: field.description, ...fieldSchema(field) }]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://unpkg.com/crucible-telemetry/schema/record.json',
    title: 'Record',
    description:
      'One event of an experiment, enriched with its context. NaN and infinities are quoted in fields; inside measurements and ' +
      'metadata they are {"$number":"NaN"}, and integers beyond 2^53 {"$bigint":"9007199254740993"}. A field that is left out is null.',
    $comment: `schema version ${SCHEMA_VERSION}`,
    type: 'object',
    properties: Object.fromEntries(properties),
    required: [...NEVER_NULL],
    additionalProperties: false,
  };
}

function fieldSchema({ name, type }: Field): object {
  const json = NEVER_NULL.has(name) ? TYPES[type] : [TYPES[type], 'null'];
  if (type === 'number') return { anyOf: [{ type: json }, { enum: ['NaN', 'Infinity', '-Infinity'] }] };
  if (type === 'strings') return { type: json, items: { type: 'string' } };
  return name === 'scope' ? { type: json, enum: ['run', 'process', 'explicit', 'ingest'] } : { type: json };
}
