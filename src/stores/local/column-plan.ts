import { sqlName, sqlText } from '../../engine/duckdb.ts';
import { CONTEXT_FIELDS, FIELDS, type FieldType } from '../../record/fields.ts';
import type { Projection } from '../store.ts';
import type { RowGroup } from './sealed-footer.ts';

/** How a column of a row group becomes one of a batch. */
export interface PlannedColumn {
  /** Index of the field. */
  readonly index: number;
  readonly kind:
    | 'number'
    | 'flag'
    | 'text'
    | 'category'
    | 'nested'
    | 'json'
    | 'constant'
    | 'constant_category'
    | 'constant_nested';
  /** The expression to select; '' for a constant. */
  readonly sql: string;
  readonly constant: string | number | boolean | null;
}

/** Which columns of some row groups are to be read, and what the others hold. */
export interface ColumnPlan {
  readonly columns: readonly PlannedColumn[];
  /** Equal for row groups that can be read by one query. */
  readonly key: string;
}

const FROM_CONTEXT = new Set(CONTEXT_FIELDS);
for (const name of ['event_name', 'category', 'timestamp', 'scope']) FROM_CONTEXT.delete(name);

/** Plans a row group: columns without a value are left out, and those with one value are known from the footer. */
export function columnPlan(group: RowGroup, writer: string, projection: Projection): ColumnPlan {
  const columns: PlannedColumn[] = [];
  FIELDS.forEach((field, index) => {
    if (FROM_CONTEXT.has(field.name) || !isWanted(field.name, projection)) return;
    const planned = plannedColumn(group, writer, index, projection);
    if (planned) columns.push(planned);
  });
  return { columns, key: JSON.stringify(columns) };
}

function plannedColumn(
  group: RowGroup,
  writer: string,
  index: number,
  projection: Projection,
): PlannedColumn | undefined {
  const { name, type } = FIELDS[index]!;
  const stats = group.columns.get(name);
  // An older file lacks the fields that came later.
  if (!stats || stats.nulls === group.rows) return undefined;
  const only = stats.nulls === 0 && stats.min === stats.max ? stats.min : null;
  const column = sqlName(name);
  const read = (kind: PlannedColumn['kind'], sql: string) => ({ index, kind, sql, constant: null });
  const constant = (kind: PlannedColumn['kind'], value: PlannedColumn['constant']) => ({
    index,
    kind,
    sql: '',
    constant: value,
  });
  if (projection.kindsOnly && name === 'category') return undefined;
  if (projection.kindsOnly && type !== 'object') {
    const value = standIn(type, stats.min);
    if (value !== null) return constant('constant', value);
  }
  if (name === 'event_id') {
    return read('text', `CASE WHEN ${column} <> ${sqlText(`${writer}-`)} || sequence THEN ${column} END`);
  }
  if (name === 'category') {
    const names = group.columns.get('event_name');
    return only !== null && names && names.min === names.max && names.min !== null
      ? constant('constant_category', only)
      : read('category', column);
  }
  switch (type) {
    case 'string':
      return only === null ? read('text', column) : constant('constant', only);
    case 'boolean':
      return only === null ? read('flag', `${column}::DOUBLE`) : constant('constant', only === 'true');
    case 'timestamp':
      return read('number', `epoch_us(${column})::DOUBLE`);
    case 'object': {
      const { nestedOf, wholeNested } = projection;
      if (only === '{}') return undefined;
      if (only !== null) return constant(wholeNested ? 'constant' : 'constant_nested', only);
      if (nestedOf === undefined) return read(wholeNested ? 'json' : 'nested', column);
      const occurring = nestedOf.filter((event) => mayOccur(group, event));
      return occurring.length === 0
        ? undefined
        : read('nested', `CASE WHEN event_name IN (${occurring.map(sqlText).join(', ')}) THEN ${column} END`);
    }
    default:
      return read('number', type === 'number' ? column : `${column}::DOUBLE`);
  }
}

// The smallest value stands for all. Of times the kind alone is asked for, and bounds are known.
function standIn(type: FieldType, min: string | null): PlannedColumn['constant'] {
  if (min === null) return null;
  switch (type) {
    case 'string':
      return min;
    case 'boolean':
      return min === 'true';
    case 'timestamp':
      return 0;
    default:
      return Number(min);
  }
}

// The event name is what nested values and categories hang on.
function isWanted(name: string, { fields }: Projection): boolean {
  if (!fields || name === 'event_name' || fields.includes(name)) return true;
  if (name !== 'measurements' && name !== 'metadata') return false;
  for (const field of fields) if (field.startsWith(`${name}.`)) return true;
  return false;
}

// Files order text by its bytes.
function mayOccur({ columns }: RowGroup, event: string): boolean {
  const { min, max } = columns.get('event_name') ?? {};
  if (!min || !max) return true;
  const bytes = Buffer.from(event);
  return Buffer.compare(bytes, Buffer.from(min)) >= 0 && Buffer.compare(bytes, Buffer.from(max)) <= 0;
}
