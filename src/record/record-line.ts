import { CrucibleError, show } from '../core/errors.ts';
import type { EventRecord } from './event-record.ts';
import { FIELDS, type Field, fieldIndex } from './fields.ts';
import { fromJsonText, toJsonText } from './json.ts';
import { fieldText } from './line-text.ts';
import { NEVER_NULL } from './record-schema.ts';

const IS_REQUIRED = FIELDS.map((field) => NEVER_NULL.has(field.name));

/**
 * One record as a line of JSON, without a line end: the fields in their order, those that are null left out. NaN and the
 * infinities of a fixed field are the strings "NaN", "Infinity" and "-Infinity"; `measurements` and `metadata` as `toJsonText`
 * writes them. `recordFromLine` reads it back without a loss.
 */
export function recordToLine(record: EventRecord): string {
  let text = '';
  for (const field of FIELDS) {
    const value = (record as unknown as Record<string, unknown>)[field.name];
    if (value === null || value === undefined) continue;
    text += `${text === '' ? '{' : ','}"${field.name}":${field.type === 'object' ? toJsonText(value) : fieldText(value)}`;
  }
  return `${text}}`;
}

/** The record of a line; fields that it lacks are null. Throws `damaged_data` for text that is no record. */
export function recordFromLine(text: string): EventRecord {
  const fields = fieldsFromLine(text) as Record<string, unknown>;
  const record: Record<string, unknown> = {};
  for (const { name } of FIELDS) record[name] = Object.hasOwn(fields, name) ? fields[name] : null;
  return record as unknown as EventRecord;
}

/** The same without the fields that the line lacks, in the order of the line: half the work where most are null. */
export function fieldsFromLine(text: string): Partial<EventRecord> {
  let parsed: unknown;
  try {
    parsed = fromJsonText(text);
  } catch (cause) {
    throw damaged('is not JSON', text, cause);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw damaged('is no object', text);
  const fields = parsed as Record<string, unknown>;
  let required = 0;
  for (const name in fields) {
    const index = fieldIndex(name);
    if (index < 0) continue;
    const value = fields[name];
    const read = fromField(FIELDS[index]!, value);
    if (read === undefined) throw damaged(`has no good ${name}`, text);
    if (read !== value) fields[name] = read;
    if (IS_REQUIRED[index]) required++;
  }
  if (required < NEVER_NULL.size) {
    throw damaged(`has no good ${[...NEVER_NULL].find((name) => !Object.hasOwn(fields, name))}`, text);
  }
  return fields as Partial<EventRecord>;
}

function fromField(field: Field, value: unknown): unknown {
  if (value === null) return NEVER_NULL.has(field.name) ? undefined : null;
  switch (field.type) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
    case 'object':
      return typeof value === 'object' && !Array.isArray(value) ? value : undefined;
    case 'integer':
    case 'timestamp':
      return Number.isInteger(value) ? value : undefined;
    default:
      if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
      return typeof value === 'number' ? value : undefined;
  }
}

function damaged(what: string, text: string, cause?: unknown): CrucibleError {
  return new CrucibleError('damaged_data', `A line ${what}: ${show(text)}`, {
    hint: 'Every line of the file must be one whole record.',
    cause,
  });
}
