/** The part of a training job that an event is about: `crucible_train.epoch` for its start, its stop and its exception. */
export function trainingSource(eventName: string): string {
  return eventName.replace(/\.(?:start|stop|exception)$/, '');
}

/**
 * The order in which sources are asked for a training field of a run, of which the first that has a value answers alone: epochs, so that
 * batches do not stand for the run, then the others by name.
 */
export function bySource(a: string, b: string): number {
  return Number(isEpoch(b)) - Number(isEpoch(a)) || (a < b ? -1 : a > b ? 1 : 0);
}

function isEpoch(source: string): boolean {
  return source.endsWith('.epoch');
}
