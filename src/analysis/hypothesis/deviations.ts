import type { ExperimentState } from '../../stores/experiment-state.ts';
import { type FrozenPlan, planHash } from '../../stores/frozen-plan.ts';
import type { ExperimentComparison } from '../comparison/comparison-result.ts';

/** Something that is not as it was planned. */
export interface Deviation {
  readonly what: string;
  readonly planned: unknown;
  readonly actual: unknown;
  /** Whether there were data by then, so that they may have suggested it. */
  readonly after_data: boolean;
}

const FIELDS = [
  'statement',
  'metric',
  'direction',
  'margin',
  'alpha',
  'power',
  'sample_size',
  'request_events',
] as const;

/**
 * Where the experiments differ from the plan. `firstEventAt` is when an experiment's first event happened. A plan that is not what its
 * hash says, and a definition that is not what its plan says, was changed after the start: with events, after data were seen.
 */
export function deviationsFrom(
  plan: FrozenPlan,
  states: readonly ExperimentState[],
  firstEventAt: ReadonlyMap<string, number | null>,
): Deviation[] {
  const earliest = Math.min(...[...firstEventAt.values()].map((time) => time ?? Number.POSITIVE_INFINITY));
  return states.flatMap((state): Deviation[] => {
    const own = state.plan ?? null;
    const hasData = firstEventAt.get(state.id) != null;
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
    for (const field of FIELDS) {
      if (JSON.stringify(own[field]) === JSON.stringify(plan[field])) continue;
      const what = `${field} of ${named}`;
      found.push({ what, planned: plan[field], actual: own[field], after_data: startedAfterData });
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
