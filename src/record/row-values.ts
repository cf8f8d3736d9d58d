import { show } from '../core/errors.ts';
import { warnOnce } from '../core/warn.ts';
import type { Binding } from './binding.ts';
import { isError, statusVerdict } from './enrich-row.ts';
import type { EventRecord } from './event-record.ts';
import { CONTEXT_FIELDS, fieldIndex } from './fields.ts';
import { isInclusionProbability } from './inclusion-probability.ts';
import { ERROR, RESPONSE, ROLE_KINDS, RoleKind, STATUS } from './roles.ts';
import type { Row } from './row.ts';
import { boundedString } from './snapshot.ts';

const SUCCESS = fieldIndex('success');
const TRACE_ID = fieldIndex('trace_id');
const SPAN_ID = fieldIndex('span_id');
const PARENT_SPAN_ID = fieldIndex('parent_span_id');
const INCLUSION_PROBABILITY = fieldIndex('inclusion_probability');

/** The span within which an event happened: its parent, unless the event names another trace or is that span's own. */
export interface EnclosingSpan {
  readonly trace_id: string;
  readonly span_id: string;
}

/** Puts a number where its role says. */
export function assignNumber(row: Row, binding: Binding, value: number): void {
  const { role } = binding;
  const kind = ROLE_KINDS[role];
  if (kind === RoleKind.NUMBER) row.setNumber(role, value, binding.rank);
  else if (kind === RoleKind.INTEGER && Number.isSafeInteger(value)) row.setNumber(role, value + 0, binding.rank);
  else assign(row, binding, value);
}

/** Puts a value where its role says, unless another source of the same field comes first. */
export function assign(row: Row, binding: Binding, value: unknown): void {
  const { role, rank } = binding;
  if (role === ERROR) {
    if (isError(value)) row.setNumber(ERROR, 1, rank);
  } else if (role === STATUS) {
    const verdict = statusVerdict(value);
    // Of several, the one that tells of an error wins.
    if (verdict !== undefined) row.setNumber(STATUS, verdict ? 1 : 0, verdict ? rank : -1);
  } else if (role === RESPONSE) {
    if (value !== null) row.setNumber(RESPONSE, 1, rank);
  } else {
    row.set(role, role === SUCCESS ? asVerdict(value) : value, rank);
  }
}

// A failure that is said in another word must not pass for the success that follows from a `.stop`.
function asVerdict(value: unknown): unknown {
  if (value === null || value === undefined || typeof value === 'boolean' || value === 0 || value === 1) return value;
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (word === 'true' || word === 'yes' || word === 'pass') return true;
  if (word === 'false' || word === 'no' || word === 'fail') return false;
  const verdict = statusVerdict(value);
  if (verdict === undefined) {
    warnOnce(
      'success',
      `An event says success: ${show(value)}, which is no verdict; what else it says decides. Give true or false.`,
    );
  }
  return verdict;
}

/** Puts fields as whoever ingests an event gives them, before all other sources. */
export function setExplicit(row: Row, explicit: Partial<EventRecord>): void {
  for (const [name, value] of Object.entries(explicit)) {
    const field = fieldIndex(name);
    if (field < 0 || CONTEXT_FIELDS.has(name) || isRefused(field, value)) continue;
    row.set(field, given(field, value), -1);
  }
}

function given(field: number, value: unknown): unknown {
  if (field === SUCCESS) return asVerdict(value);
  return typeof value === 'string' ? boundedString(value) : value;
}

// One such record would take the weights from all estimates of its experiment.
function isRefused(field: number, value: unknown): boolean {
  if (field !== INCLUSION_PROBABILITY || value === null || value === undefined) return false;
  const probability = typeof value === 'bigint' ? Number(value) : value;
  if (typeof probability === 'number' && isInclusionProbability(probability)) return false;
  warnOnce(
    'inclusion_probability',
    `An event was given the inclusion_probability ${show(value)}, which is no number above 0 and at most 1; it is left out.`,
  );
  return true;
}

/** Puts what the enclosing span says. */
export function setSpan(row: Row, span: EnclosingSpan): void {
  if (!row.has(TRACE_ID)) row.setText(TRACE_ID, span.trace_id);
  else if (row.texts[TRACE_ID] !== span.trace_id) return;
  if (!row.has(PARENT_SPAN_ID) && !(row.has(SPAN_ID) && row.texts[SPAN_ID] === span.span_id)) {
    row.setText(PARENT_SPAN_ID, span.span_id);
  }
}
