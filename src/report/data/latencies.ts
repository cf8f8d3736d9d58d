import { operationOf } from '../../analysis/comparison/metric.ts';
import { FlagCells, NumberCells, Verdict } from '../../analysis/rows/cells.ts';
import { InclusionCells } from '../../analysis/rows/inclusion-cells.ts';
import { readLeaves } from '../../analysis/rows/read-leaves.ts';
import { RequestNames } from '../../analysis/rows/request-names.ts';
import { RowKind } from '../../analysis/rows/row-reader.ts';
import { KeptValues } from '../../analysis/tallies/kept-values.ts';
import { ValueList } from '../../analysis/tallies/value-list.ts';
import type { FieldName } from '../../record/event-record.ts';
import { fieldIndex } from '../../record/fields.ts';
import type { Distribution, ReportSource } from './report-data.ts';

/** Points of a distribution function that are drawn. */
export const DRAWN_POINTS = 200;

const FIELDS: readonly FieldName[] = ['latency_ms', 'success', 'cost_source', 'cost_usd', 'inclusion_probability'];
const COST_SOURCE = fieldIndex('cost_source');

/** The latencies of one operation; `kept` has them with their weights where some experiment of the report was sampled. */
export interface OperationLatencies {
  readonly values: ValueList;
  readonly kept: KeptValues | null;
}

/** What a pass over the leaf requests of an experiment finds. */
export interface RequestLatencies {
  /** By operation: the latencies, in ms, of requests that did not fail. */
  readonly byOperation: ReadonlyMap<string, OperationLatencies>;
  /** Where the costs that are known come from. */
  readonly costSources: ReadonlySet<string>;
}

/** Reads the latencies of an experiment's leaf requests, operation by operation; only a few columns are read. */
export function readLatencies({ state, batches }: ReportSource, sampled: boolean): Promise<RequestLatencies> {
  const reading = { requests: new RequestNames([state]), projection: { fields: FIELDS, nestedOf: [] }, batches };
  return readLeaves(reading, async (chosen, reader) => {
    const byOperation = new Map<string, OperationLatencies>();
    const costSources = new Set<string>();
    const latency = new NumberCells('latency_ms');
    const cost = new NumberCells('cost_usd');
    const success = new FlagCells('success');
    const inclusion = new InclusionCells();
    for await (const batch of chosen) {
      const rows = reader.read(batch);
      const sources = cost.read(batch, rows) ? batch.columns[COST_SOURCE] : undefined;
      const timed = latency.read(batch, rows);
      success.read(batch, rows);
      if (sampled) inclusion.read(batch, rows);
      const { ids, names } = reader.events;
      for (let row = 0; row < rows; row++) {
        if (reader.kinds[row] !== RowKind.REQUEST) continue;
        const source = cost.present[row] === 1 ? sources?.get(row) : undefined;
        if (typeof source === 'string') costSources.add(source);
        if (!timed || latency.present[row] === 0 || success.values[row] === Verdict.FALSE) continue;
        const operation = operationOf(names[ids[row]!]!);
        let list = byOperation.get(operation);
        if (!list) {
          list = { values: new ValueList(), kept: sampled ? new KeptValues(null) : null };
          byOperation.set(operation, list);
        }
        const value = latency.values[row]!;
        list.values.add(value);
        list.kept?.add(value, { inclusion: inclusion.values[row]!, key: 0, reservoir: -1 });
      }
    }
    return { byOperation, costSources };
  });
}

/**
 * The empirical distribution function of values at no more than `DRAWN_POINTS` of their ranks, the first and the last among them; of sampled values
 * as many weighted quantiles.
 */
export function distributionOf(arm: string, lists: readonly OperationLatencies[]): Distribution | undefined {
  const values = ValueList.joined(lists.map((list) => list.values));
  const n = values.count;
  if (n === 0) return undefined;
  const drawn = Math.min(n, DRAWN_POINTS);
  const kept = lists.flatMap((list) => list.kept ?? []);
  if (kept.length > 0) {
    const shares = Array.from({ length: drawn }, (_, i) => (i + 0.5) / drawn);
    const found = KeptValues.joined(kept, null).quantiles(shares);
    return { arm, values: n, points: shares.map((share, i) => [found[i]!, share] as const) };
  }
  const ranks = Array.from({ length: drawn }, (_, i) =>
    drawn === 1 ? n : 1 + Math.round((i * (n - 1)) / (drawn - 1)),
  );
  const found = values.quantiles(ranks.map((rank) => (n === 1 ? 0 : (rank - 1) / (n - 1))));
  return { arm, values: n, points: ranks.map((rank, i) => [found[i]!, rank / n] as const) };
}
