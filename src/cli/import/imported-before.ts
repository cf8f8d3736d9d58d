import { isRecord } from '../../bus/records.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';

/** The experiments that imports have made, for whoever imports again. */
export class ImportedBefore {
  readonly #earlier: readonly ExperimentState[];

  constructor(states: readonly ExperimentState[]) {
    this.#earlier = states.filter(({ metadata }) => isRecord(metadata.imported));
  }

  /**
   * The id of one that looks the same: of the same experiment, or, where the file does not say of which one it is, from a file of the
   * same name. Undefined when there is none.
   */
  find(from: string, file: string): string | undefined {
    return this.#earlier.find(({ metadata }) => {
      const imported = metadata.imported as Readonly<Record<string, unknown>>;
      return imported.experiment_id === from && (from !== UNKNOWN || imported.file === file);
    })?.id;
  }
}

/** What stands for the id of an experiment that a file does not name. */
export const UNKNOWN = 'unknown';
