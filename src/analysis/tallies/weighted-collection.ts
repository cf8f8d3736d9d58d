import { BATCH_ROWS, type ColumnBatch } from '../../record/batch.ts';
import type { FieldName } from '../../record/event-record.ts';
import { fieldIndex } from '../../record/fields.ts';
import { Redaction } from '../../record/redaction.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import { SAMPLING_KEYS } from '../../stores/sampling-design.ts';
import type { EventMetrics, ScoreMetrics, WeightedMetrics } from '../experiment-metrics.ts';
import { FlagCells, NumberCells, Verdict } from '../rows/cells.ts';
import { InclusionCells } from '../rows/inclusion-cells.ts';
import { RowKind, type RowReader } from '../rows/row-reader.ts';
import { TextIds } from '../rows/text-ids.ts';
import { KeptTally } from './kept-tally.ts';
import { type Chance, KeptValues } from './kept-values.ts';
import { eachScore } from './score-collection.ts';
import { Tokens } from './tally.ts';

/** What is read of a record, beside what tallies and scores read. */
export const WEIGHTED_FIELDS: readonly FieldName[] = ['inclusion_probability', ...SAMPLING_KEYS];

const KEYS_REDACTED =
  'What was kept together is redacted: without it the errors of the estimates cannot be told. Leave trace_id, sample_id and span_id out of redact.';

/** Gathers what weighted estimates need of the records of sampled experiments. */
export class WeightedCollection {
  readonly #inclusion = new InclusionCells();
  readonly #latency = new NumberCells('latency_ms');
  readonly #cost = new NumberCells('cost_usd');
  readonly #success = new FlagCells('success');
  readonly #tokens: readonly (readonly [kind: number, cells: NumberCells])[] = [
    [Tokens.INPUT, new NumberCells('input_tokens')],
    [Tokens.OUTPUT, new NumberCells('output_tokens')],
    [Tokens.CACHED, new NumberCells('cached_input_tokens')],
    [Tokens.REASONING, new NumberCells('reasoning_tokens')],
  ];
  readonly #keyIds = SAMPLING_KEYS.map(() => new Int32Array(BATCH_ROWS));
  readonly #keys = SAMPLING_KEYS.map(() => new TextIds());
  readonly #writers = new TextIds();
  /** By the experiment's id. */
  readonly #designs: ReadonlyMap<string, ExperimentState['sampling']>;
  /** By the experiment's id: for each of `SAMPLING_KEYS`, whether its records do not say it. */
  readonly #hidden: ReadonlyMap<string, readonly boolean[]>;
  readonly #reservoirSize: number | null;
  /** By the number of the event's name, then by `RowKind`. */
  readonly #tallies = new Map<number, Map<number, KeptTally>>();
  readonly #scores = new Map<string, KeptValues>();
  #loose = 0;
  #reason: string | null = null;

  constructor(states: readonly ExperimentState[]) {
    this.#designs = new Map(states.map(({ id, sampling }) => [id, sampling]));
    this.#hidden = new Map(
      states.map(({ id, redact }) => {
        const redaction = new Redaction(redact);
        return [id, SAMPLING_KEYS.map((name) => redaction.hides(name))];
      }),
    );
    const sizes = new Set(states.map(({ sampling }) => (sampling?.method === 'reservoir' ? sampling.size : null)));
    // Of several that differ, errors are those of events that were decided one by one, which are not smaller.
    this.#reservoirSize = sizes.size === 1 ? [...sizes][0]! : null;
  }

  /** Takes the rows that `reader` read. */
  add(batch: ColumnBatch, rows: number, reader: RowReader): void {
    const { kinds, events } = reader;
    const { experiment, writerId } = batch.schema;
    const hidden = this.#hidden.get(experiment.id)!;
    const inReservoir = this.#designs.get(experiment.id)?.method === 'reservoir';
    const writer = this.#writers.id(`${experiment.id} ${writerId}`);
    this.#inclusion.read(batch, rows);
    const hasLatency = this.#latency.read(batch, rows);
    const hasCost = this.#cost.read(batch, rows);
    this.#success.read(batch, rows);
    for (const [, cells] of this.#tokens) cells.read(batch, rows);
    SAMPLING_KEYS.forEach((field, i) => {
      this.#keys[i]!.read(batch.columns[fieldIndex(field)], rows, this.#keyIds[i]!);
    });
    const chanceOf = (row: number): Chance => ({
      inclusion: this.#inclusion.values[row]!,
      key: this.#keyOf(row),
      reservoir: inReservoir ? writer : -1,
    });
    for (let row = 0; row < rows; row++) {
      const kind = kinds[row]!;
      if (kind === RowKind.LEFT_OUT) continue;
      const tally = this.#tally(events.ids[row]!, kind);
      const chance = chanceOf(row);
      if (chance.inclusion < 1 && !inReservoir && this.#isKeyHidden(row, hidden)) this.#reason = KEYS_REDACTED;
      const verdict = this.#success.values[row];
      tally.requests.add(1, chance);
      if (verdict !== Verdict.NONE) tally.outcomes.add(verdict === Verdict.TRUE ? 1 : 0, chance);
      if (hasLatency && this.#latency.present[row] === 1 && verdict !== Verdict.FALSE) {
        tally.latency.add(this.#latency.values[row]!, chance);
      }
      if (hasCost && this.#cost.present[row] === 1) tally.cost.add(this.#cost.values[row]!, chance);
      this.#addTokens(tally, row, chance);
    }
    eachScore(batch, rows, reader, (name, value, row) => {
      const list = this.#scores.get(name) ?? new KeptValues(this.#reservoirSize);
      this.#scores.set(name, list);
      list.add(value, chanceOf(row));
    });
  }

  /** The numbers of an event name, of all kinds of rows. */
  weigh(name: number, plain: EventMetrics): EventMetrics {
    return this.#joined([...(this.#tallies.get(name)?.values() ?? [])]).weigh(plain, this.#reason);
  }

  /** The headline: leaf requests of all names. */
  headline(plain: EventMetrics): { readonly metrics: EventMetrics; readonly weighted: WeightedMetrics } {
    const leaves = [...this.#tallies.values()].flatMap((kinds) => kinds.get(RowKind.REQUEST) ?? []);
    const joined = this.#joined(leaves);
    return { metrics: joined.weigh(plain, this.#reason), weighted: joined.metrics(this.#reason) };
  }

  weighScores(plain: Readonly<Record<string, ScoreMetrics>>): Readonly<Record<string, ScoreMetrics>> {
    return Object.fromEntries(
      Object.entries(plain).map(([name, score]) => {
        const kept = this.#scores.get(name)!;
        const mean = kept.mean().estimate;
        return [name, { ...score, mean, std_dev: kept.deviation(mean) }];
      }),
    );
  }

  #joined(tallies: readonly KeptTally[]): KeptTally {
    return tallies.length === 1 ? tallies[0]! : new KeptTally(this.#reservoirSize, tallies);
  }

  #tally(name: number, kind: number): KeptTally {
    let kinds = this.#tallies.get(name);
    if (!kinds) {
      kinds = new Map();
      this.#tallies.set(name, kinds);
    }
    let tally = kinds.get(kind);
    if (!tally) {
      tally = new KeptTally(this.#reservoirSize);
      kinds.set(kind, tally);
    }
    return tally;
  }

  #addTokens(tally: KeptTally, row: number, chance: Chance): void {
    let total = 0;
    let counted = false;
    for (const [kind, { present, values }] of this.#tokens) {
      if (present[row] !== 1) continue;
      tally.tokens[kind]!.add(values[row]!, chance);
      if (kind !== Tokens.INPUT && kind !== Tokens.OUTPUT) continue;
      total += values[row]!;
      counted = true;
    }
    if (counted) tally.tokens[Tokens.TOTAL]!.add(total, chance);
  }

  // Whether an event had a key that its record does not say: the first one that it had decided.
  #isKeyHidden(row: number, hidden: readonly boolean[]): boolean {
    const isSaid = (i: number) => this.#keyIds[i]![row]! >= 0;
    const first = SAMPLING_KEYS.findIndex((_, i) => hidden[i] || isSaid(i));
    return first >= 0 && !isSaid(first);
  }

  // Ingested events of one key may have several probabilities.
  #keyOf(row: number): number {
    for (let i = 0; i < SAMPLING_KEYS.length; i++) {
      const id = this.#keyIds[i]![row]!;
      if (id >= 0) return id * SAMPLING_KEYS.length + i;
    }
    return -1 - this.#loose++;
  }
}
