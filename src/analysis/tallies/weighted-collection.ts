import { BATCH_ROWS, type ColumnBatch } from '../../record/batch.ts';
import { fieldIndex } from '../../record/fields.ts';
import { type WeightedEstimate, weightedMean, weightedTotal } from '../../stats/sampling/weighted-estimate.ts';
import type { WeightedMetrics, WeightedNumber } from '../experiment-metrics.ts';
import { FlagCells, NumberCells, Verdict } from '../rows/cells.ts';
import { RowKind, type RowReader } from '../rows/row-reader.ts';
import { TextIds } from '../rows/text-ids.ts';

/** What decides whether an event is kept, the first that it has; what has the same is kept or left together. */
const KEYS = ['trace_id', 'sample_id', 'span_id'] as const;

/** Values with the probability and the sampling key of each. */
class Kept {
  readonly values: number[] = [];
  readonly inclusion: number[] = [];
  readonly keys: number[] = [];

  add(value: number, inclusion: number, key: number): void {
    this.values.push(value);
    this.inclusion.push(inclusion);
    this.keys.push(key);
  }

  mean(): WeightedNumber {
    return numberOf(weightedMean(this.values, this.inclusion, { clusters: this.keys }));
  }

  // What was kept together is one item. Ingested events of one key may have several probabilities: those are items of their own.
  total(): WeightedNumber {
    const sums = new Map<string, { sum: number; inclusion: number }>();
    for (const [i, key] of this.keys.entries()) {
      const inclusion = this.inclusion[i]!;
      const known = sums.get(`${key} ${inclusion}`);
      if (known) known.sum += this.values[i]!;
      else sums.set(`${key} ${inclusion}`, { sum: this.values[i]!, inclusion });
    }
    const items = [...sums.values()];
    const total = weightedTotal(
      items.map(({ sum }) => sum),
      items.map(({ inclusion }) => inclusion),
    );
    return { ...numberOf(total), n: this.values.length };
  }
}

/** Gathers what weighted estimates need of the leaf requests of sampled experiments. */
export class WeightedCollection {
  readonly #inclusion = new NumberCells('inclusion_probability');
  readonly #latency = new NumberCells('latency_ms');
  readonly #cost = new NumberCells('cost_usd');
  readonly #success = new FlagCells('success');
  readonly #keyIds = KEYS.map(() => new Int32Array(BATCH_ROWS));
  readonly #keys = KEYS.map(() => new TextIds());
  readonly #requests = new Kept();
  readonly #latencies = new Kept();
  readonly #costs = new Kept();
  readonly #outcomes = new Kept();
  #loose = 0;

  /** Takes the rows that `reader` read. */
  add(batch: ColumnBatch, rows: number, { kinds }: RowReader): void {
    const sampled = this.#inclusion.read(batch, rows);
    const hasLatency = this.#latency.read(batch, rows);
    const hasCost = this.#cost.read(batch, rows);
    this.#success.read(batch, rows);
    KEYS.forEach((field, i) => {
      this.#keys[i]!.read(batch.columns[fieldIndex(field)], rows, this.#keyIds[i]!);
    });
    for (let row = 0; row < rows; row++) {
      if (kinds[row] !== RowKind.REQUEST) continue;
      const inclusion = sampled && this.#inclusion.present[row] === 1 ? this.#inclusion.values[row]! : 1;
      const key = this.#keyOf(row);
      const verdict = this.#success.values[row];
      this.#requests.add(1, inclusion, key);
      if (verdict !== Verdict.NONE) this.#outcomes.add(verdict === Verdict.TRUE ? 1 : 0, inclusion, key);
      const latency = this.#latency.values[row]!;
      if (hasLatency && this.#latency.present[row] === 1 && verdict !== Verdict.FALSE && Number.isFinite(latency)) {
        this.#latencies.add(latency, inclusion, key);
      }
      const cost = this.#cost.values[row]!;
      if (hasCost && this.#cost.present[row] === 1 && Number.isFinite(cost)) this.#costs.add(cost, inclusion, key);
    }
  }

  metrics(): WeightedMetrics {
    return {
      requests: this.#requests.total(),
      latency_mean_ms: this.#latencies.mean(),
      success_rate: this.#outcomes.mean(),
      cost_mean_usd: this.#costs.mean(),
      cost_total_usd: this.#costs.total(),
    };
  }

  #keyOf(row: number): number {
    for (let i = 0; i < KEYS.length; i++) {
      const id = this.#keyIds[i]![row]!;
      if (id >= 0) return id * KEYS.length + i;
    }
    return -1 - this.#loose++;
  }
}

function numberOf({ estimate, standard_error, ci, n, n_effective }: WeightedEstimate): WeightedNumber {
  return { estimate, standard_error, ci, n: n[0] ?? 0, n_effective };
}
