import { CrucibleError } from '../../core/errors.ts';
import { plural } from '../../core/figures.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import type { Arm, ComparedExperiment } from './arms.ts';
import type { Shortfall } from './comparison-result.ts';
import type { ExperimentRows } from './reading/experiment-rows.ts';

type Named = Pick<ExperimentState, 'id' | 'name'>;

/** Whether more data may come, and what is short of the plan. */
export interface Completeness {
  /** Why data are interim; empty where they are final. */
  readonly reasons: readonly string[];
  /** The experiments that the reasons are about. */
  readonly unfinished: readonly Named[];
  readonly shortfalls: readonly Shortfall[];
  /** Of which experiments it is not known whether they are short. */
  readonly unknown: readonly string[];
}

/** The status as it looks from outside, where that is known. */
export function statusOf({ state, status }: ComparedExperiment): string {
  return status ?? state.status;
}

/**
 * Data are interim while an experiment collects, or has not reached the size that was planned for it: an interval for a fixed size would be
 * looked at while it can still change, and hold less often than it says. `final` declares that what is short of its plan stays so. Where
 * events were sampled, nobody counted the samples.
 */
export function completenessOf(
  experiments: readonly ComparedExperiment[],
  rows: ReadonlyMap<string, ExperimentRows>,
  final: boolean,
): Completeness {
  const notEnded = [...rows.keys()].flatMap((id) => {
    const experiment = experiments.find(({ state }) => state.id === id)!;
    return isOpen(experiment) ? [experiment] : [];
  });
  const open = notEnded.map(openText);
  // What was not kept counted too.
  const isSampled = ({ state }: ExperimentRows) => state.sampling !== null;
  const unknown = [...rows.values()].filter(isSampled).flatMap(unknownText);
  const shortfalls = [...rows.values()].filter((own) => !isSampled(own)).flatMap(shortfallOf);
  if (final) return { reasons: [], unfinished: [], shortfalls, unknown };
  const short = shortfalls.map(({ name, id, planned, seen, of }) => `${name} (${id}) has ${seen} of ${planned} ${of}.`);
  // Who has something running cannot say it yet.
  if (open.length === 0 && short.length > 0) {
    short.push(`${short.pop()} If no more will come, say final: true (--final).`);
  }
  const named = [...notEnded.map(({ state }) => state), ...shortfalls].map(
    ({ id, name }) => [id, { id, name }] as const,
  );
  return { reasons: [...open, ...short], unfinished: [...new Map(named).values()], shortfalls: [], unknown };
}

/** What to do about data that some experiments keep interim. They can be left out where two arms remain. */
export function waitText(unfinished: readonly Named[], arms: readonly Arm[]): string {
  const ids = new Set(unfinished.map(({ id }) => id));
  const remaining = arms.filter(({ experiments }) => experiments.some(({ state }) => !ids.has(state.id)));
  const wait = `wait for the end of ${listed(unfinished.map(({ name, id }) => `${name} (${id})`))}`;
  if (remaining.length < 2) return `${wait}.`;
  return `${wait}, or leave ${ids.size === 1 ? 'it' : 'them'} out by naming the other experiments instead of the study.`;
}

const MOST_NAMED = 3;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return more > 0 ? `${names.slice(0, MOST_NAMED).join(', ')} and ${more} more` : names.join(', ');
}

/** Throws `not_stopped` where data are called final and an experiment has not ended. */
export function requireEnded(experiments: readonly ComparedExperiment[]): void {
  const open = experiments.find(isOpen);
  if (!open) return;
  throw new CrucibleError('not_stopped', `The data are not final: ${openText(open)}`, {
    hint: 'Stop it first, or leave final (--final) out.',
  });
}

/** What is said of data that were declared final before they reached their size. */
export function shortfallText({ name, id, planned, seen, of }: Shortfall): string {
  return `${name} (${id}) has ${seen} of ${plural(planned, `planned ${of.slice(0, -1)}`)}, and was declared final.`;
}

// Also of one that nobody collects for: it could be resumed.
function isOpen({ state }: ComparedExperiment): boolean {
  return state.status === 'running' || state.status === 'paused';
}

function openText(experiment: ComparedExperiment): string {
  const { name, id } = experiment.state;
  const status = statusOf(experiment);
  const abandoned = status === 'crashed' || status === 'idle';
  return `${name} (${id}) is ${status}${abandoned ? ', and not stopped: `crucible stop` ends it' : ''}.`;
}

function unknownText({ state: { name, id, sample_size: planned } }: ExperimentRows): string[] {
  return planned === null
    ? []
    : [`${name} (${id}) was sampled: whether it reached its sample size of ${planned} is not known.`];
}

function shortfallOf({ state: { name, id, sample_size: planned }, samples, requests, events }: ExperimentRows) {
  const [seen, of] =
    samples.count > 0
      ? ([samples.count, 'samples'] as const)
      : requests.length > 0
        ? ([requests.length, 'requests'] as const)
        : ([events, 'events'] as const);
  return planned !== null && seen < planned ? [{ id, name, planned, seen, of }] : [];
}
