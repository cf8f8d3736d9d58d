import { eventInfo } from '../../events/registry.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';

/**
 * Which events make the headline numbers: the request events of each experiment, by default those that the registry marks, or
 * one list for all. An event that only begins something (`.start`) has no outcome and is never one of them.
 */
export class RequestNames {
  readonly #byExperiment = new Map<string, ReadonlySet<string>>();
  readonly #forAll: ReadonlySet<string> | undefined;

  constructor(states: readonly ExperimentState[], names?: readonly string[]) {
    this.#forAll = names && new Set(names);
    for (const { id, request_events } of states) {
      if (request_events !== null) this.#byExperiment.set(id, new Set(request_events));
    }
  }

  has(experimentId: string, eventName: string): boolean {
    if (eventName.endsWith('.start')) return false;
    const names = this.#forAll ?? this.#byExperiment.get(experimentId);
    return names ? names.has(eventName) : eventInfo(eventName)?.request === true;
  }

  /** The names that somebody configured, whether or not such an event occurred. */
  configured(): string[] {
    const names = this.#forAll ? [this.#forAll] : [...this.#byExperiment.values()];
    return names.flatMap((set) => [...set]);
  }
}
