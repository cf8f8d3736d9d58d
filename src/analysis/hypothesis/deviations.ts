import { microsToIso } from '../../core/time.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import { type FrozenPlan, PLAN_FIELDS, planHash } from '../../stores/frozen-plan.ts';
import type { ArmOverview, ExperimentComparison } from '../comparison/comparison-result.ts';

/** Something that is not as it was planned. */
export interface Deviation {
  readonly what: string;
  readonly planned: unknown;
  readonly actual: unknown;
  /** Whether there were data by then, so that they may have suggested it. */
  readonly after_data: boolean;
}

/** What was seen of an experiment. */
export type Seen = ArmOverview['experiments'][number];

/**
 * Where the experiments differ from the plan, of which `states` are compared and `study` are all that belong to the same studies. A plan that is not what its
 * hash says, and a definition that is not what its plan says, was changed after the start: with events, after data were seen.
 */
export function deviationsFrom(
  plan: FrozenPlan,
  states: readonly ExperimentState[],
  study: readonly ExperimentState[],
  seen: ReadonlyMap<string, Seen>,
): Deviation[] {
  const earliest = Math.min(...[...seen.values()].map((own) => own.first_event_at ?? Number.POSITIVE_INFINITY));
  return [
    ...late(plan, earliest),
    ...ofExperiments(plan, states, seen, earliest),
    ...overshoots(states, seen),
    ...leftOut(states, study, Number.isFinite(earliest)),
  ];
}

function late({ frozen_at }: FrozenPlan, earliest: number): Deviation[] {
  if (frozen_at <= earliest) return [];
  const what = 'plan frozen after the first event of what is compared';
  const [before, at] = [earliest, frozen_at].map(microsToIso);
  return [{ what, planned: `before ${before}`, actual: at, after_data: true }];
}

function overshoots(states: readonly ExperimentState[], seen: ReadonlyMap<string, Seen>): Deviation[] {
  return states.flatMap(({ id, name, sample_size }) => {
    const collected = seen.get(id)?.collected ?? 0;
    if (sample_size === null || collected <= sample_size) return [];
    const what = `more collected by ${name} (${id}) than was planned`;
    return [{ what, planned: sample_size, actual: collected, after_data: true }];
  });
}

function leftOut(
  states: readonly ExperimentState[],
  study: readonly ExperimentState[],
  afterData: boolean,
): Deviation[] {
  const compared = new Set(states.map(({ id }) => id));
  return study
    .filter(({ id }) => !compared.has(id))
    .map((state) => ({
      what: `${state.name} (${state.id}) of the study ${state.study}, left out`,
      planned: state.id,
      actual: null,
      after_data: afterData,
    }));
}

function ofExperiments(
  plan: FrozenPlan,
  states: readonly ExperimentState[],
  seen: ReadonlyMap<string, Seen>,
  earliest: number,
): Deviation[] {
  return states.flatMap((state): Deviation[] => {
    const own = state.plan ?? null;
    const hasData = seen.get(state.id)?.first_event_at != null;
    const startedAfterData = state.started_at > earliest;
    const named = `${state.name} (${state.id})`;
    if (own === null) {
      const what = `plan of ${named}`;
      return [{ what, planned: plan.sha256, actual: null, after_data: startedAfterData }];
    }
    const found: Deviation[] = [];
    const actual = planHash(own);
    if (actual !== own.sha256) {
      found.push({
        what: `plan of ${named}, changed since it was frozen`,
        planned: own.sha256,
        actual,
        after_data: hasData,
      });
    }
    for (const field of PLAN_FIELDS) {
      if (JSON.stringify(own[field]) === JSON.stringify(plan[field])) continue;
      const what = `${field} of ${named}`;
      const [planned, actual] = [plan[field], own[field]].map((value) => (value === undefined ? 'default' : value));
      found.push({ what, planned, actual, after_data: startedAfterData });
    }
    const defined = {
      statement: statementOf(state.hypothesis),
      sample_size: state.sample_size,
      request_events: state.request_events,
    };
    for (const [field, value] of Object.entries(defined)) {
      const planned = own[field as keyof typeof defined];
      if (JSON.stringify(value) === JSON.stringify(planned)) continue;
      found.push({
        what: `${field} of ${named}, changed since its start`,
        planned,
        actual: value,
        after_data: hasData,
      });
    }
    return found;
  });
}

/** Experiments that were declared final before they had what was planned for them: that was decided with the data at hand. */
export function shortfallsFrom({ shortfalls }: ExperimentComparison): Deviation[] {
  return shortfalls.map((short) => ({
    what: `${short.of} of ${short.name} (${short.id}), declared final before its sample size`,
    planned: short.planned,
    actual: short.seen,
    after_data: true,
  }));
}

function statementOf(hypothesis: unknown): unknown {
  return typeof hypothesis === 'object' && hypothesis !== null && 'statement' in hypothesis
    ? hypothesis.statement
    : hypothesis;
}
