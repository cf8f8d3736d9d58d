import { momentMicros } from '../../../core/time.ts';
import { eventInfo } from '../../../events/registry.ts';
import type { MetricPoint } from '../../../metrics-store/metrics-store.ts';
import { BATCH_ROWS, type ColumnBatch } from '../../../record/batch.ts';
import type { ExperimentState } from '../../../stores/experiment-state.ts';
import { FlagCells, NumberCells } from '../../rows/cells.ts';
import { InclusionCells } from '../../rows/inclusion-cells.ts';
import type { RequestNames } from '../../rows/request-names.ts';
import { RowKind, type RowReader } from '../../rows/row-reader.ts';
import { TextIds } from '../../rows/text-ids.ts';
import { SCORE_EVENT } from '../../tallies/score-collection.ts';
import { type Metric, operationOf } from '../metric.ts';
import { ExperimentRows } from './experiment-rows.ts';
import type { LabelReader } from './label-reader.ts';
import { RowList } from './row-list.ts';
import type { BatchCells } from './row-table.ts';
import { numberOf, ValueReader } from './value-reader.ts';

/** What an event is to a comparison, told by its name. */
interface EventTrait {
  readonly operation: number;
  readonly isStart: boolean;
  readonly isScore: boolean;
  readonly isTraining: boolean;
  /** Whether a metric names its operation. */
  readonly named: boolean;
}

export interface CollectionPlan {
  readonly states: readonly ExperimentState[];
  /** Those with a value in each row. */
  readonly rowMetrics: readonly Metric[];
  readonly trainingMetrics: readonly Metric[];
  readonly samples: LabelReader;
  readonly clusters: readonly LabelReader[];
  readonly units: LabelReader | null;
  readonly requests: RequestNames;
}

/** Gathers the rows of all experiments in one pass over their batches. */
export class RowsCollection {
  readonly operations: TextIds = new TextIds();
  readonly experiments: ReadonlyMap<string, ExperimentRows>;
  readonly #plan: CollectionPlan;
  readonly #reader: RowReader;
  readonly #readers: readonly ValueReader[];
  readonly #training: readonly ValueReader[];
  readonly #traits: EventTrait[] = [];
  readonly #success = new FlagCells('success');
  readonly #inclusion = new InclusionCells();
  readonly #times = new NumberCells('timestamp');
  readonly #operationOf = new Int32Array(BATCH_ROWS);
  readonly #cells: BatchCells;
  readonly #scoreCells: BatchCells;
  /** Whether some metric takes its values from whatever event has them. */
  readonly #anyEvent: boolean;
  readonly #begins = new Map<string, boolean>();
  readonly #lists = { requests: new RowList(), starts: new RowList(), scores: new RowList(), others: new RowList() };

  constructor(plan: CollectionPlan, reader: RowReader) {
    this.#plan = plan;
    this.#reader = reader;
    this.#anyEvent = plan.rowMetrics.some(takesAnyEvent);
    const { states, clusters, rowMetrics, samples, trainingMetrics } = plan;
    this.experiments = new Map(
      states.map((state) => [state.id, new ExperimentRows(state, clusters.length, rowMetrics.length)]),
    );
    this.#readers = rowMetrics.map(({ source }) => new ValueReader(source));
    this.#training = trainingMetrics.map(({ source }) => new ValueReader(source));
    this.#cells = {
      samples: samples.ids,
      clusters: clusters.map(({ ids }) => ids),
      verdicts: this.#success.values,
      operations: this.#operationOf,
      inclusion: this.#inclusion.values,
      values: this.#readers.map(({ values }) => values),
    };
    this.#scoreCells = { ...this.#cells, values: [new Float64Array(BATCH_ROWS)] };
  }

  add(batch: ColumnBatch): void {
    const rows = this.#reader.read(batch);
    const experiment = this.experiments.get(batch.schema.experiment.id)!;
    experiment.events += rows;
    experiment.firstEventAt = Math.min(experiment.firstEventAt, batch.minTimestamp);
    const { samples, clusters, units } = this.#plan;
    for (const labels of [samples, ...clusters, ...(units ? [units] : [])]) labels.read(batch, rows);
    experiment.samples.add(samples.ids, rows);
    if (units) experiment.units.add(units.ids, rows);
    this.#success.read(batch, rows);
    this.#inclusion.read(batch, rows);
    this.#sort(experiment, rows);
    const { requests, starts, scores, others } = this.#lists;
    this.#readValues(batch, rows, others.count > 0 || requests.count > 0);
    experiment.requests.append(this.#cells, requests.rows, requests.count);
    experiment.starts.append(this.#cells, starts.rows, starts.count);
    if (others.count > 0) this.#addOthers(experiment, others);
    if (scores.count > 0) this.#addScores(experiment, batch, scores);
    if (this.#training.length > 0) this.#addTraining(experiment, batch, rows);
  }

  addPoint({ run_id, metric, timestamp, value }: MetricPoint): void {
    const experiment = this.experiments.get(run_id);
    if (!experiment) return;
    ExperimentRows.note(experiment.logged, metric, timestamp, numberOf(value));
    // As text they are in the order of their times, and reading each of a million would take long.
    if (experiment.firstPointAt !== null && timestamp >= experiment.firstPointAt) return;
    experiment.firstPointAt = timestamp;
    experiment.firstEventAt = Math.min(experiment.firstEventAt, momentMicros(timestamp));
  }

  #sort(experiment: ExperimentRows, rows: number): void {
    const { kinds, events } = this.#reader;
    this.#learn(events.names);
    const lists = this.#lists;
    for (const list of Object.values(lists)) list.clear();
    for (let row = 0; row < rows; row++) {
      const trait = this.#traits[events.ids[row]!]!;
      this.#operationOf[row] = trait.operation;
      const kind = kinds[row]!;
      if (kind === RowKind.REQUEST) {
        lists.requests.push(row);
      } else if (trait.isStart) {
        if (trait.named || this.#beginsRequest(experiment.state.id, trait.operation)) lists.starts.push(row);
      } else if (trait.isScore) {
        lists.scores.push(row);
      } else if (kind !== RowKind.LEFT_OUT) {
        if (kind === RowKind.WRAPPER) {
          experiment.wrappers.set(trait.operation, (experiment.wrappers.get(trait.operation) ?? 0) + 1);
        }
        if (this.#anyEvent || trait.named) lists.others.push(row);
      }
    }
  }

  #beginsRequest(experimentId: string, operation: number): boolean {
    const key = `${operation} ${experimentId}`;
    let begins = this.#begins.get(key);
    if (begins === undefined) {
      const name = this.operations.texts[operation]!;
      begins = ['.stop', '.exception'].some((end) => this.#plan.requests.has(experimentId, name + end));
      this.#begins.set(key, begins);
    }
    return begins;
  }

  #learn(names: readonly string[]): void {
    while (this.#traits.length < names.length) {
      const name = names[this.#traits.length]!;
      const isStart = name.endsWith('.start');
      const operation = isStart ? name.slice(0, -'.start'.length) : operationOf(name);
      this.#traits.push({
        operation: this.operations.id(operation),
        isStart,
        isScore: name === SCORE_EVENT,
        isTraining: eventInfo(name)?.category === 'training',
        named: this.#plan.rowMetrics.some(({ event }) => event === operation),
      });
    }
  }

  #readValues(batch: ColumnBatch, rows: number, any: boolean): void {
    if (!any) return;
    const { kinds, events } = this.#reader;
    this.#readers.forEach((reader, i) => {
      const { event } = this.#plan.rowMetrics[i]!;
      reader.read(batch, rows, (row) =>
        event === null
          ? kinds[row] === RowKind.REQUEST
          : this.operations.texts[this.#traits[events.ids[row]!]!.operation] === event,
      );
    });
  }

  // A row of another event is kept where a metric names it, or where it has a value for a metric that takes any.
  #addOthers(experiment: ExperimentRows, others: RowList): void {
    const { rowMetrics } = this.#plan;
    const byOperation = new Map<number, RowList>();
    for (let i = 0; i < others.count; i++) {
      const row = others.rows[i]!;
      const operation = this.#operationOf[row]!;
      const wanted = rowMetrics.some((metric, column) =>
        metric.event === null
          ? takesAnyEvent(metric) && !Number.isNaN(this.#readers[column]!.values[row]!)
          : metric.event === this.operations.texts[operation],
      );
      if (!wanted) continue;
      const list = byOperation.get(operation) ?? new RowList();
      byOperation.set(operation, list);
      list.push(row);
    }
    for (const [operation, { rows, count }] of byOperation) {
      experiment.other(operation, rowMetrics.length).append(this.#cells, rows, count);
    }
  }

  #addScores(experiment: ExperimentRows, batch: ColumnBatch, scores: RowList): void {
    const values = this.#scoreCells.values[0]!;
    const byName = new Map<string, RowList>();
    for (let i = 0; i < scores.count; i++) {
      const row = scores.rows[i]!;
      values[row] = numberOf(batch.value('measurements.score', row));
      const own = batch.value('metadata.name', row);
      const name = typeof own === 'string' ? own : 'score';
      const list = byName.get(name) ?? new RowList();
      byName.set(name, list);
      list.push(row);
    }
    for (const [name, { rows, count }] of byName) experiment.score(name).append(this.#scoreCells, rows, count);
  }

  #addTraining(experiment: ExperimentRows, batch: ColumnBatch, rows: number): void {
    const { kinds, events } = this.#reader;
    this.#times.read(batch, rows);
    this.#training.forEach((reader, i) => {
      const { name } = this.#plan.trainingMetrics[i]!;
      if (!reader.read(batch, rows, () => true)) return;
      const latest = experiment.training.get(name) ?? new Map();
      experiment.training.set(name, latest);
      for (let row = 0; row < rows; row++) {
        const value = reader.values[row]!;
        const trait = this.#traits[events.ids[row]!]!;
        if (Number.isNaN(value) || !trait.isTraining || kinds[row] === RowKind.LEFT_OUT) continue;
        ExperimentRows.note(latest, this.operations.texts[trait.operation]!, this.#times.values[row]!, value);
      }
    });
  }
}

/** Whether a metric without an event may take its values from events that are no requests, where requests have none. */
function takesAnyEvent({ source, asked, event, kind }: Metric): boolean {
  return asked && event === null && kind === null && (source.from === 'field' || source.from === 'path');
}
