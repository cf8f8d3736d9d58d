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

const NON_FINITE = { enum: ['NaN', 'Infinity', '-Infinity'] };

const TYPES: Readonly<Record<Field['type'], object>> = {
  string: { type: 'string' },
  number: { anyOf: [{ type: 'number' }, NON_FINITE] },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  timestamp: { type: 'integer' },
  strings: { type: 'array', items: { type: 'string' } },
  object: { type: 'object' },
};

const NULLABLE: Readonly<Record<Field['type'], object>> = {
  string: { type: ['string', 'null'] },
  number: { anyOf: [{ type: ['number', 'null'] }, NON_FINITE] },
  integer: { type: ['integer', 'null'] },
  boolean: { type: ['boolean', 'null'] },
  timestamp: { type: ['integer', 'null'] },
  strings: { type: ['array', 'null'], items: { type: 'string' } },
  object: { type: ['object', 'null'] },
};

/**
 * JSON Schema (draft 2020-12) of a record as a line of JSON Lines has it, made from `FIELDS`; shipped as
 * `crucible-telemetry/schema/record.json`. A field that is left out is null.
 */
export function recordSchema(): object {
  const properties = FIELDS.map(({ name, type, description }) => [
    name,
    { description, ...(NEVER_NULL.has(name) ? TYPES : NULLABLE)[type], ...(name === 'scope' ? { enum: SCOPES } : {}) },
  ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://unpkg.com/crucible-telemetry/schema/record.json',
    title: 'Record',
    description:
      'One event of an experiment, enriched with its context. NaN and infinities are quoted in fields; inside measurements and ' +
      'metadata they are {"$number":"NaN"}, and integers beyond 2^53 {"$bigint":"9007199254740993"}. A field that is left out is null.',
    'x-schema-version': SCHEMA_VERSION,
    type: 'object',
    properties: Object.fromEntries(properties),
    required: [...NEVER_NULL],
    additionalProperties: false,
  };
}

const SCOPES = ['run', 'process', 'explicit', 'ingest'];
