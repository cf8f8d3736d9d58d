import { FIELDS, type FieldType, fieldIndex } from './fields.ts';

/** What a nested value means to the record: the field it fills, and its rank among the sources of that field (0 wins). */
export interface Role {
  readonly id: number;
  readonly rank: number;
}

// Inputs of the enrichment that are not fields themselves.
const INPUTS = ['duration', 'start', 'stop', 'error', 'status', 'response', 'cache_read', 'cache_write'] as const;

/** The number of roles: a role's id is the index of its field, or `FIELDS.length` and on for an input of the enrichment. */
export const ROLE_COUNT: number = FIELDS.length + INPUTS.length;

export const DURATION: number = FIELDS.length;
export const START: number = FIELDS.length + 1;
export const STOP: number = FIELDS.length + 2;
export const ERROR: number = FIELDS.length + 3;
export const STATUS: number = FIELDS.length + 4;
export const RESPONSE: number = FIELDS.length + 5;
export const CACHE_READ: number = FIELDS.length + 6;
export const CACHE_WRITE: number = FIELDS.length + 7;

/** How a row keeps the value of a role. */
export const RoleKind = { NUMBER: 0, TEXT: 1, FLAG: 2, OTHER: 3, INTEGER: 4 } as const;

const KIND_OF: Readonly<Record<FieldType, number>> = {
  number: RoleKind.NUMBER,
  integer: RoleKind.INTEGER,
  timestamp: RoleKind.NUMBER,
  string: RoleKind.TEXT,
  boolean: RoleKind.FLAG,
  strings: RoleKind.OTHER,
  object: RoleKind.OTHER,
};
const INPUT_KINDS = [
  RoleKind.NUMBER,
  RoleKind.NUMBER,
  RoleKind.NUMBER,
  RoleKind.OTHER,
  RoleKind.OTHER,
  RoleKind.OTHER,
  RoleKind.INTEGER,
  RoleKind.INTEGER,
];

/** The kind of each role by its id. */
export const ROLE_KINDS: Uint8Array = Uint8Array.from([...FIELDS.map((field) => KIND_OF[field.type]), ...INPUT_KINDS]);

/** Camel-case spellings that are accepted at the top of the metadata, and stored under their field's name. */
export const SPELLINGS: Readonly<Record<string, string>> = {
  sampleId: 'sample_id',
  sessionId: 'session_id',
  userId: 'user_id',
};

const numbers = (name: string): string[] => [`measurements.${name}`, `metadata.${name}`];
const texts = (name: string, otherName?: string): string[] => [
  `metadata.${name}`,
  ...(otherName === undefined ? [] : [`metadata.${otherName}`]),
  `measurements.${name}`,
];

// Usage objects as providers return them hang under `tokens` or `usage`, among the numbers or in the context.
const USAGE_OBJECTS = ['metadata.tokens', 'metadata.usage', 'measurements.tokens', 'measurements.usage'];
const usage = (...names: string[]): string[] => names.flatMap((name) => [...numbers(name), ...usageDetails(name)]);
const usageDetails = (...names: string[]): string[] =>
  names.flatMap((name) => USAGE_OBJECTS.map((object) => `${object}.${name}`));

/**
 * Input tokens from sources of a lower rank were called `input_tokens`. So Anthropic calls those that were neither read from nor
 * written to a cache, and LiteLLM's `prompt_tokens` beside the same cache counts include them.
 */
export const INPUT_TOKENS_RANKS: number = usage('input_tokens').length;

/** From where each field is filled, best source first. Types must fit: a text under `loss` fills nothing. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  latency_ms: numbers('latency_ms'),
  duration: numbers('duration'),
  start: ['measurements.start'],
  stop: ['measurements.stop'],
  cost_usd: [...numbers('cost_usd'), ...numbers('cost')],
  cost_source: ['metadata.cost_source'],
  success: ['metadata.success', 'measurements.success'],
  error: ['metadata.error', 'metadata.error_type'],
  status: ['metadata.status', 'metadata.status_code'],
  response: ['metadata.response'],
  session_id: texts('session_id', 'sessionId'),
  user_id: texts('user_id', 'userId'),
  sample_id: texts('sample_id', 'sampleId'),
  cohort: texts('cohort'),
  model: texts('model'),
  provider: texts('provider'),
  trace_id: texts('trace_id'),
  span_id: texts('span_id'),
  parent_span_id: texts('parent_span_id'),
  correlation_id: texts('correlation_id'),
  epoch: numbers('epoch'),
  batch: numbers('batch'),
  step: numbers('step'),
  loss: numbers('loss'),
  accuracy: numbers('accuracy'),
  learning_rate: numbers('learning_rate'),
  gradient_norm: numbers('gradient_norm'),
  checkpoint_path: texts('checkpoint_path'),
  model_name: texts('model_name'),
  model_version: texts('model_version'),
  input_size: numbers('input_size'),
  output_size: numbers('output_size'),
  batch_size: numbers('batch_size'),
  pipeline_id: texts('pipeline_id'),
  stage_name: texts('stage_name'),
  stage_index: numbers('stage_index'),
  input_tokens: [...usage('input_tokens', 'prompt_tokens'), ...usageDetails('input', 'prompt')],
  output_tokens: [...usage('output_tokens', 'completion_tokens'), ...usageDetails('output', 'completion')],
  cached_input_tokens: [
    ...usage('cached_input_tokens', 'cached_tokens', 'cache_read_tokens'),
    ...usageDetails('cached', 'prompt_tokens_details.cached_tokens', 'input_tokens_details.cached_tokens'),
  ],
  // Anthropic's usage counts what was read from and written to the cache beside its input tokens, not among them.
  cache_read: usage('cache_read_input_tokens'),
  cache_write: usage('cache_creation_input_tokens'),
  reasoning_tokens: [
    ...usage('reasoning_tokens'),
    ...usageDetails(
      'reasoning',
      'completion_tokens_details.reasoning_tokens',
      'output_tokens_details.reasoning_tokens',
    ),
  ],
};

/** Sources that count only in events of one category, after those above. */
const CATEGORY_SOURCES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  training: { checkpoint_path: ['metadata.path'] },
  framework: { stage_name: ['metadata.stage'], stage_index: ['metadata.index', 'measurements.index'] },
};

const GENERAL = index(SOURCES);
const BY_CATEGORY = new Map(
  Object.entries(CATEGORY_SOURCES).map(([category, sources]) => [category, index(sources, 100)]),
);

const DERIVED_FROM: Readonly<Record<string, readonly number[]>> = {
  latency_ms: [DURATION, START, STOP],
  success: [ERROR, STATUS, RESPONSE],
  input_tokens: [CACHE_READ, CACHE_WRITE],
  cached_input_tokens: [CACHE_READ],
};

/** The roles from which a field is derived where the event does not say it. */
export function inputsOf(field: string): readonly number[] {
  return DERIVED_FROM[field] ?? [];
}

/** The role of a flat path name in events of a category. */
export function roleOf(name: string, category: string | null): Role | undefined {
  return GENERAL.get(name) ?? (category === null ? undefined : BY_CATEGORY.get(category)?.get(name));
}

function index(sources: Readonly<Record<string, readonly string[]>>, firstRank = 0): Map<string, Role> {
  const roles = new Map<string, Role>();
  for (const [target, paths] of Object.entries(sources)) {
    const field = fieldIndex(target);
    const id = field >= 0 ? field : FIELDS.length + INPUTS.indexOf(target as (typeof INPUTS)[number]);
    paths.forEach((path, rank) => {
      roles.set(path, { id, rank: firstRank + rank });
    });
  }
  return roles;
}
