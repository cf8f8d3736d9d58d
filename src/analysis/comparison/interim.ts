import type { ExperimentRows } from './reading/experiment-rows.ts';

/**
 * Why data are interim: an experiment still collects, or has not reached the size that was planned for it. Then an interval for a fixed
 * size would be looked at while it can still change, and hold less often than it says.
 */
export function interimReasons(experiments: readonly ExperimentRows[]): string[] {
  const reasons = experiments.flatMap(({ state, samples, requests, events }) => {
    const { name, id, status, sample_size } = state;
    if (status === 'running' || status === 'paused') return [`${name} (${id}) is ${status}.`];
    const seen = samples.count > 0 ? samples.count : requests.length > 0 ? requests.length : events;
    const what = samples.count > 0 ? 'samples' : requests.length > 0 ? 'requests' : 'events';
    return sample_size !== null && seen < sample_size ? [`${name} (${id}) has ${seen} of ${sample_size} ${what}.`] : [];
  });
  return reasons;
}
