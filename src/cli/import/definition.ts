import { readFile } from 'node:fs/promises';
import { CrucibleError } from '../../core/errors.ts';
import type { ExperimentOptions } from '../../lab/definition.ts';
import { fromJsonText } from '../../record/json.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import { planHash } from '../../stores/frozen-plan.ts';
import { isPlan } from '../../stores/local/experiment-text.ts';
import { originOf, type RowOrigin } from './event-of-row.ts';

/** What was fixed before there were data, which an import therefore must not make anew. */
export type Preregistration = Pick<ExperimentState, 'hypothesis'> &
  Partial<Pick<ExperimentState, 'plan' | 'started_at'>>;

/** What an archive says of its experiment. */
export interface ArchivedDefinition {
  readonly origin: RowOrigin;
  readonly options: Partial<ExperimentOptions>;
  readonly preregistration: Preregistration;
  /** Whether the plan is not what was frozen, by its hash. */
  readonly isPlanChanged: boolean;
}

/** Reads the definition in an archive. Throws `damaged_data` for what is none. */
export async function readDefinition(path: string): Promise<ArchivedDefinition> {
  let state: Record<string, unknown>;
  try {
    state = { ...(fromJsonText(await readFile(path, 'utf8')) as Record<string, unknown>) };
  } catch (cause) {
    throw new CrucibleError('damaged_data', `${path} is not the definition of an experiment.`, { cause });
  }
  const { hypothesis = null, plan = null, sample_size, request_events, metadata, started_at } = state;
  if (plan !== null && !isPlan(plan)) {
    throw new CrucibleError('damaged_data', `${path} has a plan that is none.`, {
      hint: 'Restore it from a copy: without its plan the experiment would not be the one that was archived.',
    });
  }
  return {
    origin: originOf({ ...state, experiment_id: state.id, experiment_name: state.name }),
    options: {
      ...(typeof sample_size === 'number' ? { sampleSize: sample_size } : {}),
      ...(Array.isArray(request_events) ? { requestEvents: request_events.map(String) } : {}),
      ...(typeof metadata === 'object' && metadata !== null ? { metadata: { ...metadata } } : {}),
    },
    preregistration: {
      hypothesis,
      plan,
      ...(typeof started_at === 'number' && Number.isSafeInteger(started_at) ? { started_at } : {}),
    },
    isPlanChanged: plan !== null && planHash(plan) !== plan.sha256,
  };
}
