import { isUniform } from '../../stores/sampling-design.ts';
import { Verdict } from '../rows/cells.ts';
import type { Arm } from './arms.ts';
import type { ArmOverview } from './comparison-result.ts';
import { statusOf } from './interim.ts';
import type { ExperimentRows } from './reading/experiment-rows.ts';
import { SeenIds } from './reading/seen-ids.ts';

/** What is in an arm, and what became of its requests. `samples` is how many there are in all arms. */
export function armOverview(
  { name, condition, experiments }: Arm,
  rows: readonly ExperimentRows[],
  baseline: boolean,
  samples: number,
): ArmOverview {
  const counts = { requests: 0, successful: 0, failed: 0, unjudged: 0, not_finished: 0 };
  for (const experiment of rows) {
    const { requests, starts, wrappers } = experiment;
    counts.requests += requests.length;
    for (const verdict of requests.verdicts) {
      if (verdict === Verdict.TRUE) counts.successful++;
      else if (verdict === Verdict.FALSE) counts.failed++;
      else counts.unjudged++;
    }
    counts.not_finished += Math.max(
      unfinished(requests.operations, starts.operations, starts.length, wrappers),
      neverEnded(requests.samples, starts.samples, samples),
    );
  }
  // Where a beginning may be kept and its end not, nobody knows.
  const keepsEnds = rows.every(({ state: { sampling } }) => sampling === null || isUniform(sampling));
  return {
    name,
    condition,
    baseline,
    experiments: rows.map(
      ({ state: { id, replicate, sample_size }, firstEventAt, samples: own, requests, events }, i) => ({
        id,
        replicate,
        status: statusOf(experiments[i]!),
        sample_size,
        collected: own.count || requests.length || events,
        first_event_at: Number.isFinite(firstEventAt) ? firstEventAt : null,
      }),
    ),
    events: rows.reduce((sum, { events }) => sum + events, 0),
    ...counts,
    not_finished: keepsEnds ? counts.not_finished : null,
    samples: SeenIds.countOfAny(
      rows.map((experiment) => experiment.samples),
      samples,
    ),
  };
}

// Where only some beginnings are recorded, samples still tell which of them have no end.
function neverEnded(ended: Int32Array | undefined, begun: Int32Array | undefined, samples: number): number {
  if (begun === undefined) return 0;
  const open = new Uint8Array(samples);
  let count = 0;
  for (const sample of begun) {
    if (sample < 0 || open[sample] === 1) continue;
    open[sample] = 1;
    count++;
  }
  for (const sample of ended ?? []) {
    if (sample < 0 || open[sample] !== 1) continue;
    open[sample] = 0;
    count--;
  }
  return count;
}

// By operation: those whose beginnings are not recorded must not make up for others.
function unfinished(
  ended: Int32Array | undefined,
  begun: Int32Array | undefined,
  starts: number,
  wrappers: ReadonlyMap<number, number>,
): number {
  if (begun === undefined || starts === 0) return 0;
  const open = new Map<number, number>();
  const count = (operation: number, times: number) => open.set(operation, (open.get(operation) ?? 0) + times);
  countStretches(begun, 1, count);
  countStretches(ended, -1, count);
  for (const [operation, times] of wrappers) count(operation, -times);
  return [...open.values()].reduce((sum, times) => sum + Math.max(times, 0), 0);
}

function countStretches(
  operations: Int32Array | undefined,
  sign: number,
  count: (operation: number, times: number) => void,
): void {
  let from = 0;
  for (let row = 1; operations && row <= operations.length; row++) {
    if (row < operations.length && operations[row] === operations[from]) continue;
    count(operations[from]!, sign * (row - from));
    from = row;
  }
}
