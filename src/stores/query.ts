import { CrucibleError, show } from '../core/errors.ts';
import { requireOptions } from '../core/options.ts';
import { type Moment, momentMicros } from '../core/time.ts';
import type { ColumnBatch } from '../record/batch.ts';
import type { EventRecord } from '../record/event-record.ts';
import { fieldIndex } from '../record/fields.ts';
import { parsePath, pathName } from '../record/path.ts';
import type { Projection } from './store.ts';

type Scalar = string | number | boolean | bigint | null;

/** A comparison with one value. Several together must all hold. Nothing but `eq: null` and `ne` holds for a missing value. */
export interface Comparison {
  readonly eq?: Scalar;
  readonly ne?: Scalar;
  readonly gt?: number | string;
  readonly gte?: number | string;
  readonly lt?: number | string;
  readonly lte?: number | string;
  readonly in?: readonly Scalar[];
}

/**
 * Which records to take: a predicate over whole records, or conditions by field (`success`) and nested path
 * (`metadata.tokens.prompt`), all of which must hold. A plain value means equality; null also matches a missing key.
 */
export type Where = ((record: EventRecord) => boolean) | Readonly<Record<string, Scalar | Comparison>>;

/** Which records to read. `from` and `to` are both included. */
export interface RecordQuery {
  readonly where?: Where;
  readonly from?: Moment;
  readonly to?: Moment;
}

/** What has to be read where a condition is tested beside what `projection` names. */
export function withCondition(projection: Projection, where: Where | undefined): Projection {
  if (where === undefined) return projection;
  if (typeof where === 'function' || projection.fields === undefined) return {};
  const names = Object.keys(where);
  const nested = names.some((name) => /^(?:measurements|metadata)(?:\.|$)/.test(name));
  return { fields: [...projection.fields, ...names], nestedOf: nested ? undefined : projection.nestedOf };
}

/** Decides about one row of a batch. */
export type RowTest = (batch: ColumnBatch, row: number) => boolean;

/** A time range in microseconds, both ends included. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** The time range of a query, unbounded where it says nothing. */
export function timeRange(query: RecordQuery): TimeRange {
  requireOptions('A query', query, ['where', 'from', 'to']);
  return {
    from: query.from === undefined ? Number.NEGATIVE_INFINITY : momentMicros(query.from, 'from'),
    to: query.to === undefined ? Number.POSITIVE_INFINITY : momentMicros(query.to, 'to'),
  };
}

/**
 * The test of a query for rows of batches. Throws `unknown_field` for a name that is neither a field nor a path, and
 * `invalid_argument` for what is no condition and a comparison it does not know.
 */
export function rowTest(where: Where | undefined, range: TimeRange): RowTest {
  const tests: RowTest[] = [];
  if (range.from !== Number.NEGATIVE_INFINITY || range.to !== Number.POSITIVE_INFINITY) {
    tests.push((batch, row) => {
      const timestamp = batch.timestamp(row);
      return timestamp >= range.from && timestamp <= range.to;
    });
  }
  if (typeof where === 'function') {
    tests.push((batch, row) => where(batch.record(row)));
  } else if (where !== undefined) {
    requireConditions(where);
    for (const [name, expected] of Object.entries(where)) tests.push(condition(name, expected));
  }
  return (batch, row) => tests.every((test) => test(batch, row));
}

function requireConditions(where: unknown): void {
  if (typeof where === 'object' && where !== null && !Array.isArray(where)) return;
  throw new CrucibleError('invalid_argument', `where is ${show(where)}.`, {
    hint: 'Give a function of a record, or an object such as { success: false }.',
  });
}

function condition(name: string, expected: Scalar | Comparison): RowTest {
  const path = parsePath(name);
  const index = fieldIndex(name);
  if (!path && index < 0) {
    throw new CrucibleError('unknown_field', `${show(name)} is no field of a record.`, {
      hint: 'Give a field such as success, or a path such as metadata.tokens.prompt.',
    });
  }
  const column = path ? pathName(path) : name;
  const holds = comparison(name, typeof expected === 'object' && expected !== null ? expected : { eq: expected });
  return (batch, row) => holds(batch.value(column, row) ?? null);
}

function comparison(name: string, terms: Comparison): (value: unknown) => boolean {
  const tests: ((value: unknown) => boolean)[] = [];
  for (const [operator, expected] of Object.entries(terms)) {
    if (!isOperator(operator) || !isOperand(operator, expected)) {
      throw new CrucibleError('invalid_argument', `where has ${show({ [name]: terms })}, which is no comparison.`, {
        hint: 'Give a value, or an object of eq, ne, gt, gte, lt and lte (numbers or text) and in (a list).',
      });
    }
    const test = operators[operator];
    tests.push((value) => test(value, expected));
  }
  return (value) => tests.every((test) => test(value));
}

const operators: Readonly<Record<keyof Comparison, (value: unknown, expected: unknown) => boolean>> = {
  eq: (value, expected) => Object.is(value, expected) || value === expected,
  ne: (value, expected) => !(Object.is(value, expected) || value === expected),
  gt: ordered((a, b) => a > b),
  gte: ordered((a, b) => a >= b),
  lt: ordered((a, b) => a < b),
  lte: ordered((a, b) => a <= b),
  in: (value, expected) => (expected as unknown[]).some((item) => Object.is(item, value) || item === value),
};

function isOperator(operator: string): operator is keyof Comparison {
  return Object.hasOwn(operators, operator);
}

// A comparison with a Date or a list would hold for nothing, which looks like an answer.
function isOperand(operator: keyof Comparison, value: unknown): boolean {
  if (operator === 'in') return Array.isArray(value) && value.every(isScalar);
  if (operator === 'eq' || operator === 'ne') return isScalar(value);
  return typeof value === 'number' || typeof value === 'string';
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
}

// Only values of one kind have an order: numbers by size, text (ISO times, versions) by code unit.
function ordered(
  test: (a: number | string, b: number | string) => boolean,
): (value: unknown, expected: unknown) => boolean {
  return (value, expected) =>
    (typeof value === 'number' && typeof expected === 'number' && test(value, expected)) ||
    (typeof value === 'string' && typeof expected === 'string' && test(value, expected));
}
