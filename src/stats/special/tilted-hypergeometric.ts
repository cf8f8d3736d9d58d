/**
 * The top-left cell of a 2 × 2 table with fixed margins whose odds ratio is exp(`logOdds`): Fisher's noncentral hypergeometric
 * distribution. `row` and `column` are the sums of its row and column.
 */
export interface TiltedMargins {
  readonly total: number;
  readonly row: number;
  readonly column: number;
}

export interface TiltedMoments {
  /** The mean less x. */
  readonly excess: number;
  /** P(X ≤ x). */
  readonly lower: number;
  /** P(X ≥ x). */
  readonly upper: number;
}

/** The smallest and the largest value of the cell. */
export function tiltedSupport({ total, row, column }: TiltedMargins): { least: number; most: number } {
  return { least: Math.max(0, row + column - total), most: Math.min(row, column) };
}

const NEGLIGIBLE = 2 ** -70;

/** Sums outward from the most likely value, over terms relative to its own: nothing overflows, and what underflows is nothing. */
export function tiltedMoments(margins: TiltedMargins, logOdds: number, x: number): TiltedMoments {
  const sums = { all: 0, moment: 0, lower: 0, upper: 0 };
  eachWeight(margins, logOdds, (k, weight, rising) => {
    sums.all += weight;
    sums.moment += weight * (k - x);
    if (k <= x) sums.lower += weight;
    if (k >= x) sums.upper += weight;
    return rising ? k > x && weight < sums.upper * NEGLIGIBLE : k < x && weight < sums.lower * NEGLIGIBLE;
  });
  return {
    excess: sums.moment / sums.all,
    lower: sums.lower / sums.all,
    upper: sums.upper / sums.all,
  };
}

/**
 * Calls back with the values and their weights, that of the most likely value being 1: from there up (`rising`), then from there
 * down, each until the callback answers true or nothing is left.
 */
export function eachWeight(
  margins: TiltedMargins,
  logOdds: number,
  visit: (k: number, weight: number, rising: boolean) => boolean,
): void {
  const { total, row, column } = margins;
  const { least, most } = tiltedSupport(margins);
  const odds = Math.exp(logOdds);
  // The weight of k over that of k − 1, which falls as k grows.
  const step = (k: number) => ((row - k + 1) / k) * ((column - k + 1) / (total - row - column + k)) * odds;
  let mode = least;
  for (let beyond = most + 1; beyond - mode > 1; ) {
    const middle = mode + Math.floor((beyond - mode) / 2);
    if (step(middle) >= 1) mode = middle;
    else beyond = middle;
  }
  for (let k = mode, weight = 1; k <= most && weight > 0; weight *= step(++k)) if (visit(k, weight, true)) break;
  for (let k = mode - 1, weight = 1; k >= least; k--) {
    weight /= step(k + 1);
    if (weight === 0 || visit(k, weight, false)) break;
  }
}
