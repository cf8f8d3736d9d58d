import { permanentRandom } from '../../../stats/sampling/inclusion-probability.ts';
import { leastProbability, type SamplingDesign } from '../../../stores/sampling-design.ts';
import type { LabelReader } from '../reading/label-reader.ts';
import type { RowTable } from '../reading/row-table.ts';
import type { Selection } from './arm-items.ts';

/**
 * Which samples of an arm sampling may have left out: those that it lacks for another reason are missing. A sample whose permanent random number
 * is below every probability that an event of the experiment can have was kept wherever there was something to keep. Where something else
 * decided, as a trace does, or somebody else, it can't be told but by what both arms have.
 */
export class LeftOut {
  /** Whether any row was kept with a probability below 1. */
  readonly isSampled: boolean;
  readonly #samples: LabelReader;
  readonly #alike: boolean;
  /** Below it, a random number is sure to have been kept by one of the arm's experiments. */
  readonly #sure: number;

  /**
   * @param designs Of the experiments of the arm, by the selections' `replicate`.
   * @param alike Whether all rows of both arms have one probability and all samples of one arm are in the other: arms whose samples were kept
   * independently of each other are not like that.
   */
  constructor(
    selections: readonly Selection[],
    designs: readonly (SamplingDesign | null)[],
    samples: LabelReader,
    alike: boolean,
  ) {
    this.#samples = samples;
    this.#alike = alike;
    this.isSampled = selections.some(({ table }) => table?.inclusion !== undefined);
    this.#sure = Math.max(
      0,
      ...selections.map(({ table, replicate }) => this.#sureOf(table, designs[replicate] ?? null)),
    );
  }

  /** Whether sampling may be why there is no row of a sample. */
  may(sample: number): boolean {
    return this.isSampled && this.#randomOf(sample) >= this.#sure;
  }

  #sureOf(table: RowTable | undefined, design: SamplingDesign | null): number {
    const inclusion = table?.inclusion;
    if (!table || inclusion === undefined) return 1;
    const unknown = this.#alike ? 1 : 0;
    // Sampled by somebody else.
    if (design === null) return unknown;
    const least = leastProbability(design);
    if (least === 0) return 0;
    const { samples } = table;
    for (let row = 0; row < table.length; row++) {
      const sample = samples?.[row] ?? -1;
      const probability = inclusion[row]!;
      if (probability < least) return unknown;
      if (sample >= 0 && this.#randomOf(sample) >= probability) return unknown;
    }
    return least;
  }

  #randomOf(sample: number): number {
    return permanentRandom(this.#samples.text(sample));
  }
}
