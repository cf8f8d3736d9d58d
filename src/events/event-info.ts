import { CrucibleError, show } from '../core/errors.ts';
import type { EventDefinition, EventInfo, FieldDefinition, FieldType } from './definition.ts';

type Fields = Readonly<Record<string, FieldDefinition>>;

const FIELD_TYPES: Readonly<Record<FieldType, true>> = {
  number: true,
  integer: true,
  string: true,
  boolean: true,
  duration: true,
  timestamp: true,
  object: true,
  array: true,
  any: true,
};

/** A frozen copy of a definition with its defaults filled in. Throws `invalid_argument` for a part that is missing, wrong or unknown. */
export function toEventInfo(name: string, definition: EventDefinition): EventInfo {
  const what = `The definition of ${name}`;
  checkKeys(what, definition, ['category', 'description', 'request', 'fields']);
  const { category, description, request = false, fields = {} } = definition;
  checkText(`category of ${name}`, category);
  checkText(`description of ${name}`, description);
  if (typeof request !== 'boolean') {
    throw new CrucibleError('invalid_argument', `request of ${name} is ${show(request)}.`, {
      hint: 'Give true or false.',
    });
  }
  checkKeys(`fields of ${name}`, fields, ['measurements', 'metadata']);
  return Object.freeze({
    name,
    category,
    description,
    request,
    fields: Object.freeze({
      measurements: copyFields(`${name} measurements`, fields.measurements ?? {}),
      metadata: copyFields(`${name} metadata`, fields.metadata ?? {}),
    }),
  });
}

function copyFields(path: string, fields: Fields): Fields {
  checkObject(path, fields);
  const copies = Object.entries(fields).map(([key, field]) => [key, copyField(`${path}.${key}`, field)] as const);
  return Object.freeze(Object.fromEntries(copies));
}

function copyField(path: string, field: FieldDefinition): FieldDefinition {
  checkKeys(path, field, ['type', 'unit', 'description', 'fields']);
  const { type, unit, description, fields } = field;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (types.length === 0 || !types.every((each) => typeof each === 'string' && Object.hasOwn(FIELD_TYPES, each))) {
    throw new CrucibleError('invalid_argument', `type of ${path} is ${show(type)}.`, {
      hint: `Give one of ${Object.keys(FIELD_TYPES).join(', ')}, or a list of them.`,
    });
  }
  checkText(`description of ${path}`, description);
  if (unit !== undefined) checkText(`unit of ${path}`, unit);
  if (fields !== undefined && type !== 'object') {
    throw new CrucibleError('invalid_argument', `${path} has fields, but its type is ${show(type)}.`, {
      hint: 'Only a field of type "object" has fields of its own.',
    });
  }
  return Object.freeze({
    type: Array.isArray(type) ? Object.freeze([...type]) : type,
    ...(unit === undefined ? {} : { unit }),
    description,
    ...(fields === undefined ? {} : { fields: copyFields(path, fields) }),
  });
}

function checkObject(what: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new CrucibleError('invalid_argument', `${what} is ${show(value)}.`, { hint: 'Give an object.' });
}

function checkKeys(what: string, value: object, known: readonly string[]): void {
  checkObject(what, value);
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    throw new CrucibleError('invalid_argument', `${what} has an unknown part ${show(key)}.`, {
      hint: `The parts are ${known.join(', ')}.`,
    });
  }
}

function checkText(what: string, value: unknown): void {
  if (typeof value === 'string' && value.trim() !== '') return;
  throw new CrucibleError('invalid_argument', `The ${what} is ${show(value)}.`, {
    hint: 'Give a text that is not empty.',
  });
}
