import type { MetricPoint } from '../metrics-store/metrics-store.ts';
import type { ColumnBatch } from '../record/batch.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import type { Projection } from '../stores/store.ts';
import type { EventMetrics, ExperimentMetrics, SampleSize } from './experiment-metrics.ts';
import { NumberCells } from './rows/cells.ts';
import { InclusionCells } from './rows/inclusion-cells.ts';
import type { RequestNames } from './rows/request-names.ts';
import { RowKind, type RowReader } from './rows/row-reader.ts';
import { RunTimes } from './tallies/run-times.ts';
import { SampleIds } from './tallies/sample-ids.ts';
import { SCORE_EVENT, SCORE_FIELDS, ScoreCollection } from './tallies/score-collection.ts';
import { Tally } from './tallies/tally.ts';
import { TALLY_FIELDS, TallyCollection } from './tallies/tally-collection.ts';
import { WEIGHTED_FIELDS, WeightedCollection } from './tallies/weighted-collection.ts';
import { TrainingCollection } from './training/training-collection.ts';
import { TRAINING_FIELDS } from './training/training-metrics.ts';

/** What is read of the records of these experiments. */
export function metricsProjection(states: readonly ExperimentState[], weighted: boolean): Projection {
  const samples = states.every((state) => state.sample_size !== null) ? ['sample_id'] : [];
  return {
    fields: [
      'timestamp',
      ...TALLY_FIELDS,
      ...TRAINING_FIELDS,
      'epoch',
      'step',
      ...SCORE_FIELDS,
      ...samples,
      ...(weighted ? WEIGHTED_FIELDS : ['inclusion_probability']),
    ],
    nestedOf: [SCORE_EVENT],
  };
}

/** Everything that `metrics()` needs of an experiment's records, gathered in one pass over its batches. */
export class MetricsCollection {
  readonly #states: readonly ExperimentState[];
  readonly #reader: RowReader;
  readonly #tallies: TallyCollection;
  readonly #training = new TrainingCollection();
  readonly #scores = new ScoreCollection();
  readonly #times = new RunTimes();
  readonly #timestamps = new NumberCells('timestamp');
  /** The sum of the planned sample sizes; null when one of the experiments has none. */
  readonly #target: number | null;
  readonly #samples = new SampleIds();
  readonly #weighted: WeightedCollection | null;
  readonly #inclusion = new InclusionCells();
  #sampled = false;

  constructor(states: readonly ExperimentState[], reader: RowReader, weighted: boolean) {
    this.#states = states;
    this.#reader = reader;
    this.#tallies = new TallyCollection(reader);
    this.#weighted = weighted ? new WeightedCollection(states) : null;
    const targets = states.map((state) => state.sample_size).filter((size) => size !== null);
    this.#target = targets.length < states.length ? null : targets.reduce((sum, size) => sum + size, 0);
  }

  add(batch: ColumnBatch): void {
    const reader = this.#reader;
    const rows = reader.read(batch);
    this.#timestamps.read(batch, rows);
    this.#tallies.add(batch, rows);
    this.#training.add(batch, rows, reader, this.#timestamps.values);
    this.#scores.add(batch, rows, reader);
    if (this.#target !== null) this.#samples.add(batch, rows, reader);
    if (this.#weighted) this.#weighted.add(batch, rows, reader);
    else this.#sampled ||= this.#inclusion.read(batch, rows);
    this.#addTimes(batch.schema.experiment.id, rows);
  }

  /** Whether a record was kept with a probability below 1 and no weights were asked for. */
  get needsWeights(): boolean {
    return this.#sampled;
  }

  addPoint(point: MetricPoint): void {
    this.#training.addPoint(point);
  }

  metrics(requests: RequestNames): ExperimentMetrics {
    const names = [...this.#reader.events.names.entries()].sort(([, a], [, b]) => (a < b ? -1 : 1));
    const byEvent: [string, EventMetrics][] = [];
    const leaves: Tally[] = [];
    const requestEvents = new Set(requests.configured());
    for (const [id, name] of names) {
      const byKind = this.#tallies.byKind(id);
      const tallies = byKind.filter((tally) => tally !== undefined);
      if (tallies.length === 0) continue;
      const plain = Tally.joined(tallies).metrics();
      byEvent.push([name, this.#weighted ? this.#weighted.weigh(id, plain) : plain]);
      const leaf = byKind[RowKind.REQUEST];
      if (leaf) leaves.push(leaf);
      if (leaf || byKind[RowKind.WRAPPER]) requestEvents.add(name);
    }
    const headline = Tally.joined(leaves);
    const kept = headline.metrics();
    const estimated = this.#weighted?.headline(kept);
    const { latency, cost, reliability, tokens } = estimated?.metrics ?? kept;
    const scores = this.#scores.metrics();
    const total = byEvent.reduce((sum, [, { count }]) => sum + count, 0);
    return {
      summary: {
        total_events: total,
        time_range: this.#times.range(),
        duration_seconds: this.#times.seconds(this.#states),
        event_types: byEvent.map(([name]) => name),
        sample_size: this.#sampleSize(headline.count, total),
      },
      request_events: [...requestEvents].sort(),
      by_event: Object.fromEntries(byEvent),
      latency,
      cost,
      reliability,
      tokens,
      training: this.#training.metrics(),
      scores: this.#weighted ? this.#weighted.weighScores(scores) : scores,
      events: Object.fromEntries(byEvent.map(([name, { count }]) => [name, count])),
      weighted: estimated?.weighted ?? null,
    };
  }

  #sampleSize(requests: number, events: number): SampleSize | null {
    const target = this.#target;
    if (target === null) return null;
    const samples = this.#samples.count;
    const basis = samples > 0 ? 'samples' : requests > 0 ? 'requests' : 'events';
    const observed = basis === 'samples' ? samples : basis === 'requests' ? requests : events;
    return { target, observed, basis, reached: observed >= target };
  }

  #addTimes(run: string, rows: number): void {
    const { values } = this.#timestamps;
    const { kinds } = this.#reader;
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < rows; row++) {
      if (kinds[row] === RowKind.LEFT_OUT) continue;
      const time = values[row]!;
      if (time < from) from = time;
      if (time > to) to = time;
    }
    if (from <= to) this.#times.add(run, from, to);
  }
}
