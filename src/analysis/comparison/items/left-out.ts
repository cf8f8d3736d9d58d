import { isUniform, leastProbability, type SamplingDesign } from '../../../stores/sampling-design.ts';
import type { LabelReader } from '../reading/label-reader.ts';
import type { RowTable } from '../reading/row-table.ts';
import type { Selection } from './arm-items.ts';

/** Of a normal distribution, what is beyond in one of a hundred. */
const SUSPICIOUS = 2.326;

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
  /** Whether the beginning and the end of a request are kept or left together. */
  readonly #keepsEnds: boolean;
  /** The least probability of any row. */
  readonly #least: number;
  readonly #selections: readonly Selection[];

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
    this.#selections = selections;
    this.isSampled = selections.some(({ table }) => table?.inclusion !== undefined);
    this.#keepsEnds = selections.every(({ replicate }) => {
      const design = designs[replicate] ?? null;
      return design !== null && isUniform(design);
    });
    this.#least = leastOf(selections);
    this.#sure = Math.max(
      0,
      ...selections.map(({ table, replicate }) => this.#sureOf(table, designs[replicate] ?? null)),
    );
  }

  /** Whether sampling may be why there is no row of a sample, of which a request that `began` may have been kept. */
  may(sample: number, began: boolean): boolean {
    return this.isSampled && !(began && this.#keepsEnds) && this.#samples.random(sample) >= this.#sure;
  }

  /** How many of the other arm's samples are lacking beyond what sampling leaves out, by its least probability, 99 times in 100. */
  unexplained(lacking: number, others: number): number {
    if (!this.isSampled) return 0;
    const expected = others * (1 - this.#least);
    const chance = SUSPICIOUS * Math.sqrt(expected * this.#least);
    return lacking > expected + chance + 1 ? Math.round(lacking - expected) : 0;
  }

  /**
   * How many more requests began than ended, where that is beyond what sampling explains 99 times in 100: totals by Horvitz and Thompson. 0 where
   * beginnings and ends are kept together, so that each tells for itself.
   */
  unfinished(): number {
    if (this.#keepsEnds) return 0;
    let [excess, variance, begun] = [0, 0, 0];
    for (const { table, starts, operation, wrappers } of this.#selections) {
      for (const [own, sign] of [
        [starts, 1],
        [table, -1],
      ] as const) {
        const { operations, inclusion, length = 0 } = own ?? {};
        for (let row = 0; row < length; row++) {
          if (operation !== null && operations?.[row] !== operation) continue;
          const p = inclusion?.[row] ?? 1;
          excess += sign / p;
          variance += (1 - p) / p ** 2;
          if (sign === 1) begun++;
        }
      }
      excess -= wrappers;
    }
    return begun > 0 && excess > SUSPICIOUS * Math.sqrt(variance) ? excess : 0;
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
      if (sample >= 0 && this.#samples.random(sample) >= probability) return unknown;
    }
    return least;
  }
}

function leastOf(selections: readonly Selection[]): number {
  let least = 1;
  for (const { table } of selections) {
    // Where none says less, all were kept for sure.
    for (const probability of table?.inclusion ?? []) least = Math.min(least, probability);
  }
  return least;
}
