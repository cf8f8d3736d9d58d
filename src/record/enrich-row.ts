import { fieldIndex } from './fields.ts';
import type { PriceBook } from './prices.ts';
import {
  CACHE_READ,
  CACHE_WRITE,
  DURATION,
  ERROR,
  INPUT_TOKENS_RANKS,
  RESPONSE,
  START,
  STATUS,
  STOP,
} from './roles.ts';
import type { Row } from './row.ts';

const LATENCY_MS = fieldIndex('latency_ms');
const COST_USD = fieldIndex('cost_usd');
const COST_SOURCE = fieldIndex('cost_source');
const SUCCESS = fieldIndex('success');
const MODEL = fieldIndex('model');
const PROVIDER = fieldIndex('provider');
const INPUT_TOKENS = fieldIndex('input_tokens');
const OUTPUT_TOKENS = fieldIndex('output_tokens');
const CACHED_INPUT_TOKENS = fieldIndex('cached_input_tokens');

const OK_STATUS = new Set(['ok', 'success', 'succeeded', 'completed', 'complete', 'done', 'passed']);
const ERROR_STATUS = new Set([
  'error',
  'failed',
  'failure',
  'exception',
  'timeout',
  'timed_out',
  'cancelled',
  'canceled',
  'aborted',
  'rejected',
]);

// After every source of a field.
const DERIVED_RANK = 200;

const HTTP_STATUS = /^[2-5]\d\d$/;

const usage = { input: 0, output: 0, cached: 0, cacheWritten: 0 };

/** Fills what follows from the event's own values: latency, success and cost. Explicit values are left as they are. */
export function enrichRow(row: Row, prices: PriceBook): void {
  if (!row.has(LATENCY_MS)) {
    if (row.has(DURATION)) row.setNumber(LATENCY_MS, row.numbers[DURATION]!);
    else if (row.has(START) && row.has(STOP)) row.setNumber(LATENCY_MS, row.millisecondsBetween(START, STOP));
  }
  // Time that runs backwards is a fault of a clock; the event's own values still show it.
  if (row.has(LATENCY_MS) && row.numbers[LATENCY_MS]! < 0) row.unset(LATENCY_MS);
  if (!row.has(SUCCESS)) {
    const success = judge(row);
    if (success !== undefined) row.setNumber(SUCCESS, success ? 1 : 0);
  }
  if (row.has(CACHE_READ) || row.has(CACHE_WRITE)) countCacheTokens(row);
  if (row.has(COST_USD)) {
    if (!row.has(COST_SOURCE)) row.setText(COST_SOURCE, 'reported');
  } else if (!row.isExplicit(COST_SOURCE)) {
    // What the event says of the source of a cost means nothing without the cost.
    row.unset(COST_SOURCE);
    priceRow(row, prices);
  }
}

/** The verdict of a status: an HTTP code, as a number or as text, or a word; undefined when it says nothing. */
export function statusVerdict(status: unknown): boolean | undefined {
  // OpenTelemetry's { code: 1 | 2 }, or an object that carries an HTTP code.
  if (typeof status === 'object' && status !== null && 'code' in status) {
    return status.code === 1 ? true : status.code === 2 ? false : statusVerdict(status.code);
  }
  if (typeof status === 'number') return status >= 200 && status < 600 ? status < 400 : undefined;
  if (typeof status !== 'string' || status.length > 20) return undefined;
  const word = status.toLowerCase();
  return OK_STATUS.has(word) ? true : ERROR_STATUS.has(word) ? false : HTTP_STATUS.test(word) ? word < '4' : undefined;
}

/** Whether a value under `error` says that something went wrong. */
export function isError(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false && value !== '' && value !== 0;
}

function judge(row: Row): boolean | undefined {
  const name = row.eventName;
  if (row.has(ERROR) || name.endsWith('.exception')) return false;
  if (row.has(STATUS)) return row.numbers[STATUS] === 1;
  if (row.has(RESPONSE) || name.endsWith('.stop')) return true;
  return undefined;
}

// Anthropic's counts come apart; the fields of a record include cached tokens in the input, as everyone else's do.
function countCacheTokens(row: Row): void {
  const read = row.has(CACHE_READ) ? row.numbers[CACHE_READ]! : 0;
  const written = row.has(CACHE_WRITE) ? row.numbers[CACHE_WRITE]! : 0;
  const rank = row.rankOf(INPUT_TOKENS);
  if (rank >= 0 && rank < INPUT_TOKENS_RANKS) {
    row.setNumber(INPUT_TOKENS, row.numbers[INPUT_TOKENS]! + read + written, -1);
  }
  if (row.has(CACHE_READ)) row.setNumber(CACHED_INPUT_TOKENS, read, DERIVED_RANK);
}

// Tokens say that something was paid for. A request that says its model but no tokens has a cost too: one that is not known.
function priceRow(row: Row, prices: PriceBook): void {
  const counted = row.has(INPUT_TOKENS) || row.has(OUTPUT_TOKENS);
  if (!counted && !(row.request && row.has(MODEL))) return;
  if (!row.has(MODEL) || !counted) {
    row.setText(COST_SOURCE, counted ? 'no_model' : 'no_tokens');
    return;
  }
  usage.input = row.has(INPUT_TOKENS) ? row.numbers[INPUT_TOKENS]! : 0;
  usage.output = row.has(OUTPUT_TOKENS) ? row.numbers[OUTPUT_TOKENS]! : 0;
  usage.cached = row.has(CACHED_INPUT_TOKENS) ? row.numbers[CACHED_INPUT_TOKENS]! : 0;
  usage.cacheWritten = row.has(CACHE_WRITE) ? row.numbers[CACHE_WRITE]! : 0;
  const provider = row.has(PROVIDER) ? row.texts[PROVIDER] : undefined;
  const quote = prices.quote(row.texts[MODEL]!, provider, usage, row.timestamp);
  if (quote.cost_usd !== null) row.setNumber(COST_USD, quote.cost_usd);
  row.setText(COST_SOURCE, quote.source);
}
