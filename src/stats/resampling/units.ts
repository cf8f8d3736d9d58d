import { CrucibleError, show } from '../../core/errors.ts';
import type { RandomStream } from '../random.ts';
import { requireSameLength } from '../special/checks.ts';
import { type Label, labelAt } from './label-numbers.ts';

/** How the rows of a sample hang together. */
export interface Grouping {
  /** The cluster of each row: rows of one cluster are drawn together, because they are not independent. */
  readonly clusters?: ArrayLike<Label>;
  /** The stratum of each row: each stratum keeps its number of rows (with clusters: of clusters). */
  readonly strata?: ArrayLike<Label>;
}

/** The rows of a sample, as the units that are drawn: single rows or whole clusters, by stratum. */
export interface Units {
  readonly rows: number;
  readonly strata: readonly (readonly Int32Array[])[];
  /** How many units there are in all strata. */
  readonly count: number;
  readonly clustered: boolean;
}

/**
 * The units of a sample; `rows` are those to be used, counted in the labels. Throws `invalid_argument` for labels of another
 * length, a row without a label, and a cluster in more than one stratum.
 */
export function unitsOf(rows: Int32Array, length: number, { clusters, strata }: Grouping): Units {
  if (clusters) requireSameLength('rows and cluster labels', length, clusters.length);
  if (strata) requireSameLength('rows and stratum labels', length, strata.length);
  if (!clusters && !strata) {
    const single = Array.from(rows, (_, i) => Int32Array.of(i));
    return { rows: rows.length, strata: [single], count: rows.length, clustered: false };
  }
  const byStratum = new Map<Label, Map<Label, number[]>>();
  const homes = new Map<Label, Label>();
  for (let i = 0; i < rows.length; i++) {
    const stratum = strata ? labelAt(strata, rows[i]!, 'stratum') : '';
    const cluster = clusters ? labelAt(clusters, rows[i]!, 'cluster') : i;
    const home = homes.get(cluster);
    if (home !== undefined && home !== stratum) {
      throw new CrucibleError(
        'invalid_argument',
        `Cluster ${show(cluster)} is in the strata ${show(home)} and ${show(stratum)}.`,
        { hint: 'Give each cluster one stratum.' },
      );
    }
    if (clusters && strata) homes.set(cluster, stratum);
    const units = byStratum.get(stratum) ?? new Map<Label, number[]>();
    byStratum.set(stratum, units);
    const unit = units.get(cluster);
    if (unit) unit.push(i);
    else units.set(cluster, [i]);
  }
  const grouped = [...byStratum.values()].map((units) => [...units.values()].map((unit) => Int32Array.from(unit)));
  const count = grouped.reduce((total, units) => total + units.length, 0);
  return { rows: rows.length, strata: grouped, count, clustered: clusters !== undefined };
}

/** Draws as many units from each stratum as it has, with replacement; their rows, in a list that `room` makes or finds. */
export function drawRows(units: Units, stream: RandomStream, room: (length: number) => Int32Array): Int32Array {
  const single = units.count === units.rows;
  const drawn: Int32Array[] = [];
  let length = 0;
  let rows = single ? room(units.rows) : undefined;
  for (const stratum of units.strata) {
    for (let i = 0; i < stratum.length; i++) {
      const unit = stratum[stream.below(stratum.length)]!;
      if (rows) rows[length] = unit[0]!;
      else drawn.push(unit);
      length += unit.length;
    }
  }
  if (rows) return rows;
  rows = room(length);
  let at = 0;
  for (const unit of drawn) {
    rows.set(unit, at);
    at += unit.length;
  }
  return rows;
}
