import type { ColumnStatistic } from './statistic.ts';
import type { Units } from './units.ts';

/** Columns of one length, and how their rows are drawn. */
export interface Part {
  readonly columns: readonly Float64Array[];
  readonly units: Units;
}

export interface Acceleration {
  readonly all: number;
  /** That of the most skewed sample alone, of which others may hide the skewness. */
  readonly largest: number;
}

const MOST_GROUPS = 1000;

/**
 * The acceleration of a bootstrap: a sixth of the skewness of the influence of the units, by the jackknife (Efron 1987), summed
 * over samples and strata. More than a thousand units are left out in a thousand groups, whose means have the same third
 * moment but for the scale. `null` where the statistic is undefined without some unit; 0 where no unit has an influence.
 */
export function acceleration(parts: readonly Part[], statistic: ColumnStatistic): Acceleration | null {
  let squares = 0;
  let cubes = 0;
  let largest = 0;
  for (const part of parts) {
    const [squaresBefore, cubesBefore] = [squares, cubes];
    for (const stratum of part.units.strata) {
      if (stratum.length < 2) continue;
      const estimates = leavingOut(parts, part, stratum, statistic);
      if (estimates === null) return null;
      const groups = estimates.length;
      const mean = estimates.reduce((total, value) => total + value, 0) / groups;
      for (const value of estimates) {
        const influence = ((groups - 1) * (mean - value)) / groups;
        squares += influence ** 2;
        cubes += influence ** 3;
      }
    }
    largest = Math.max(largest, Math.abs(skewness(squares - squaresBefore, cubes - cubesBefore)));
  }
  const all = skewness(squares, cubes);
  return Number.isFinite(all) ? { all, largest } : null;
}

function skewness(squares: number, cubes: number): number {
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

function leavingOut(
  parts: readonly Part[],
  part: Part,
  stratum: readonly Int32Array[],
  statistic: ColumnStatistic,
): Float64Array | null {
  const groups = Math.min(stratum.length, MOST_GROUPS);
  const estimates = new Float64Array(groups);
  const left = new Uint8Array(part.units.rows);
  for (let group = 0; group < groups; group++) {
    left.fill(0);
    for (let i = group; i < stratum.length; i += groups) for (const row of stratum[i]!) left[row] = 1;
    const columns = parts.flatMap((other) =>
      other.columns.map((column) => (other === part ? without(column, left) : column.slice())),
    );
    const value = statistic(columns);
    if (value === null) return null;
    estimates[group] = value;
  }
  return estimates;
}

function without(column: Float64Array, left: Uint8Array): Float64Array {
  const rest = new Float64Array(column.length);
  let length = 0;
  for (let row = 0; row < column.length; row++) if (left[row] === 0) rest[length++] = column[row]!;
  return rest.subarray(0, length);
}
