import { CrucibleError, show } from '../../core/errors.ts';
import { EXPERIMENT_ID } from '../../core/ids.ts';
import { SCHEMA_VERSION } from '../../record/fields.ts';
import { fromJsonText, toJsonText } from '../../record/json.ts';
import { blankState, type ExperimentState } from '../experiment-state.ts';
import type { FrozenPlan } from '../frozen-plan.ts';
import { SAMPLING_METHODS } from '../sampling-design.ts';
import { type Check, isNumber, isObject, isOneOf, isText, isTexts, orNull } from './checks.ts';

/** The text of an experiment's file. */
export function textOf(state: ExperimentState): string {
  return `${toJsonText({ schema_version: SCHEMA_VERSION, ...state })}\n`;
}

/**
 * The state that an experiment's file holds; keys that its version did not know yet have their defaults.
 *
 * @param name Of the folder that the file lies in. Paths are made of the id, so it has to be that name.
 * @throws `damaged_data` for what is no experiment's file, with the key; `unsupported_version` for one of a later version.
 */
export function stateOf(text: string, path: string, name: string): ExperimentState {
  let parsed: unknown;
  try {
    parsed = fromJsonText(text);
  } catch (cause) {
    throw damaged(path, 'is not the definition of an experiment', cause);
  }
  if (!isObject(parsed) || !('schema_version' in parsed) || !('id' in parsed))
    throw damaged(path, 'is not the definition of an experiment');
  const { schema_version, ...state } = parsed;
  if (typeof schema_version === 'number' && schema_version > SCHEMA_VERSION) {
    throw new CrucibleError(
      'unsupported_version',
      `${path} has schema version ${schema_version}; this version of crucible-telemetry reads up to ${SCHEMA_VERSION}.`,
      { hint: 'Update crucible-telemetry to read it.' },
    );
  }
  if (typeof schema_version !== 'number') throw damagedKey(path, 'schema_version', schema_version, 'a number');
  requireOwnName(path, state.id, name);
  requireKnownSampling(path, state.sampling);
  for (const [key, [isRight, what]] of Object.entries(KEYS)) {
    if (key in state && !isRight(state[key])) throw damagedKey(path, key, state[key], what);
  }
  return { ...blankState(name), ...(state as Partial<ExperimentState>) };
}

const isPhase: Check = (value) => isObject(value) && isNumber(value.started_at) && orNull(isNumber)(value.ended_at);
const isChance: Check = (value) => isNumber(value) && Number(value) > 0 && Number(value) <= 1;
const isPositive: Check = (value) => isNumber(value) && Number(value) > 0;
// By method; one without is uniform.
const SAMPLINGS: Readonly<Record<(typeof SAMPLING_METHODS)[number], Readonly<Record<string, Check>>>> = {
  uniform: { rate: isChance },
  stratified: {
    by: isText,
    probabilities: (value) => isObject(value) && Object.values(value).every(isChance),
    otherwise: isChance,
  },
  importance: { by: isText, certain_from: isPositive, floor: isChance, otherwise: isChance },
  adaptive: {
    target: isPositive,
    period_seconds: isPositive,
    floor: isChance,
    memory: (value) => isPositive(value) && Number(value) < 1,
  },
  reservoir: { size: (value) => Number.isSafeInteger(value) && Number(value) >= 1 },
};
const isSampling: Check = (value) => {
  if (!isObject(value)) return false;
  const { method = 'uniform' } = value;
  const keys = SAMPLINGS[method as keyof typeof SAMPLINGS];
  return Object.entries(keys).every(([key, isRight]) => isRight(value[key]));
};
/** Whether a plan has what every plan has; its hash may still not be that of what it says. */
export const isPlan = (value: unknown): value is FrozenPlan =>
  isObject(value) &&
  isText(value.statement) &&
  isText(value.sha256) &&
  isNumber(value.frozen_at) &&
  orNull(isText)(value.metric) &&
  orNull(isText)(value.direction) &&
  ['margin', 'alpha', 'power', 'sample_size'].every((key) => orNull(isNumber)(value[key])) &&
  orNull(isTexts)(value.request_events);

// What each key has to be. The hypothesis may be anything that JSON can say.
const KEYS: Readonly<
  Record<Exclude<keyof ExperimentState, 'id' | 'hypothesis'>, readonly [isRight: Check, what: string]>
> = {
  name: [isText, 'text'],
  study: [orNull(isText), 'text or null'],
  condition: [orNull(isText), 'text or null'],
  replicate: [isText, 'text'],
  plan: [orNull(isPlan), 'a frozen plan or null'],
  tags: [isTexts, 'a list of texts'],
  metadata: [isObject, 'an object'],
  sample_size: [orNull(isNumber), 'a number or null'],
  events: [(value) => value === 'all' || isTexts(value), '"all" or a list of texts'],
  scope: [isOneOf('auto', 'process'), '"auto" or "process"'],
  request_events: [orNull(isTexts), 'a list of texts or null'],
  sampling: [orNull(isSampling), 'null, a rate above 0 and up to 1, or a method of sampling with its numbers'],
  redact: [isTexts, 'a list of texts'],
  status: [isOneOf('running', 'paused', 'stopped', 'archived'), 'a status'],
  started_at: [isNumber, 'a number'],
  paused_at: [orNull(isNumber), 'a number or null'],
  pause_count: [isNumber, 'a number'],
  stopped_at: [orNull(isNumber), 'a number or null'],
  archived_at: [orNull(isNumber), 'a number or null'],
  phases: [(value) => Array.isArray(value) && value.every(isPhase), 'a list of phases'],
};

// A later version may know more methods, and events must not be sampled by another one than was asked for.
function requireKnownSampling(path: string, sampling: unknown): void {
  if (!isObject(sampling) || sampling.method === undefined) return;
  if (SAMPLING_METHODS.some((method) => method === sampling.method)) return;
  throw new CrucibleError(
    'unsupported_version',
    `${path} has ${show(sampling.method)} as its method of sampling; this version of crucible-telemetry knows ${SAMPLING_METHODS.join(', ')}.`,
    { hint: 'Update crucible-telemetry to read it.' },
  );
}

function requireOwnName(path: string, id: unknown, name: string): void {
  if (typeof id !== 'string' || !EXPERIMENT_ID.test(id)) throw damagedKey(path, 'id', id, 'the id of an experiment');
  if (id === name) return;
  throw new CrucibleError(
    'damaged_data',
    `${path} is the definition of experiment ${show(id)}, in a folder of another name.`,
    { hint: 'If the folder is a copy, move it out of the store; if it was renamed, give it back its name.' },
  );
}

function damagedKey(path: string, key: string, value: unknown, what: string): CrucibleError {
  return damaged(path, `has ${show(value)} as ${key}, which has to be ${what}`);
}

function damaged(path: string, how: string, cause?: unknown): CrucibleError {
  return new CrucibleError('damaged_data', `${path} ${how}.`, {
    hint: 'Restore it from a copy, or move its folder away; the records beside it are not touched.',
    cause,
  });
}
