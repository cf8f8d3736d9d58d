import type { FrozenPlan } from './frozen-plan.ts';
import type { SamplingDesign } from './sampling-design.ts';

/** The states an experiment is in by its own doing. `idle` and `crashed` are seen from outside and never stored. */
export type ExperimentStatus = 'running' | 'paused' | 'stopped' | 'archived';

/** A stretch of collecting. Times are microseconds since the Unix epoch; `ended_at` is null while it lasts. */
export interface Phase {
  readonly started_at: number;
  readonly ended_at: number | null;
}

/** What a store keeps of an experiment beside its records: its definition and its lifecycle. Times as in `Phase`. */
export interface ExperimentState {
  readonly id: string;
  readonly name: string;
  readonly study: string | null;
  readonly condition: string | null;
  readonly replicate: string;
  readonly hypothesis: unknown;
  /** The hypothesis as it was frozen at the start, with its hash; missing in experiments of earlier versions. */
  readonly plan?: FrozenPlan | null;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly sample_size: number | null;
  /** Names of the events to collect, or `all`. */
  readonly events: 'all' | readonly string[];
  /** `process` collects what is emitted outside all runs, always; `auto` only as long as there was no run. */
  readonly scope: 'auto' | 'process';
  /** Names of the events whose numbers make the headline; null for those that the registry marks as requests. */
  readonly request_events: readonly string[] | null;
  /** How events are sampled; null where all are kept. */
  readonly sampling: SamplingDesign | null;
  /** Fields and paths whose values are never kept, by whichever writer. */
  readonly redact: readonly string[];
  readonly status: ExperimentStatus;
  readonly started_at: number;
  readonly paused_at: number | null;
  readonly pause_count: number;
  readonly stopped_at: number | null;
  readonly archived_at: number | null;
  /** Every stretch between a start or resume and the next pause or stop. */
  readonly phases: readonly Phase[];
}

/** An experiment of which nothing is known but its id: what every key means that was not said. */
export function blankState(id: string): ExperimentState {
  return {
    id,
    name: id,
    study: null,
    condition: null,
    replicate: id,
    hypothesis: null,
    tags: [],
    metadata: {},
    sample_size: null,
    events: 'all',
    scope: 'auto',
    request_events: null,
    sampling: null,
    redact: [],
    // What has not ended is never removed to make room.
    status: 'running',
    started_at: 0,
    paused_at: null,
    pause_count: 0,
    stopped_at: null,
    archived_at: null,
    phases: [],
  };
}
