import { eventInfo } from '../../events/registry.ts';
import type { MetricPoint } from '../../metrics-store/metrics-store.ts';
import type { ColumnBatch } from '../../record/batch.ts';
import { NumberCells } from '../rows/cells.ts';
import { RowKind, type RowReader } from '../rows/row-reader.ts';
import { EpochMeans } from './epoch-means.ts';
import { MetricCourse } from './metric-course.ts';
import { TRAINING_FIELDS, type TrainingField, type TrainingMetrics } from './training-metrics.ts';

const TRAINING = 1;
const END_OF_EPOCH = 2;

/** Gathers the numbers of training events and of metric points. */
export class TrainingCollection {
  readonly #cells = TRAINING_FIELDS.map((field) => new NumberCells(field));
  readonly #epochs = new NumberCells('epoch');
  readonly #steps = new NumberCells('step');
  readonly #courses = TRAINING_FIELDS.map(() => new MetricCourse<number>());
  readonly #byEpoch = new EpochMeans();
  readonly #logged = new Map<string, MetricCourse<string>>();
  /** By the number of an event name: whether it is about training, and whether it ends an epoch. */
  readonly #traits: number[] = [];

  /** Takes the rows that `reader` read; `times` are their timestamps. */
  add(batch: ColumnBatch, rows: number, reader: RowReader, times: Float64Array): void {
    const { kinds, events } = reader;
    const { ids } = events;
    const traits = this.#traitsOf(events.names);
    const run = batch.schema.experiment.id;
    let placed = false;
    for (let field = 0; field < TRAINING_FIELDS.length; field++) {
      const { values, present } = this.#cells[field]!;
      if (!this.#cells[field]!.read(batch, rows)) continue;
      if (!placed) {
        this.#epochs.read(batch, rows);
        this.#steps.read(batch, rows);
        placed = true;
      }
      const course = this.#courses[field]!;
      for (let row = 0; row < rows; row++) {
        const trait = traits[ids[row]!]!;
        if (present[row] === 0 || trait === 0 || kinds[row] === RowKind.LEFT_OUT) continue;
        const value = values[row]!;
        const epoch = finiteAt(this.#epochs, row);
        course.add(run, times[row]!, value, epoch, finiteAt(this.#steps, row));
        if (epoch !== null && Number.isFinite(value)) this.#byEpoch.add(epoch, trait === END_OF_EPOCH, field, value);
      }
    }
  }

  addPoint({ run_id, metric, value, step, timestamp }: MetricPoint): void {
    let course = this.#logged.get(metric);
    if (!course) {
      course = new MetricCourse();
      this.#logged.set(metric, course);
    }
    course.add(run_id, timestamp, value, null, step);
  }

  metrics(): TrainingMetrics {
    const fields = TRAINING_FIELDS.map((name, field) => [name, this.#courses[field]!.summary(name)] as const);
    const logged = [...this.#logged.keys()]
      .sort()
      .map((name) => [name, this.#logged.get(name)!.summary(name)] as const);
    return {
      ...(Object.fromEntries(fields) as Pick<TrainingMetrics, TrainingField>),
      by_epoch: this.#byEpoch.toList(),
      logged: Object.fromEntries(logged),
    };
  }

  #traitsOf(names: readonly string[]): readonly number[] {
    const traits = this.#traits;
    while (traits.length < names.length) {
      const name = names[traits.length]!;
      const isTraining = eventInfo(name)?.category === 'training';
      traits.push(!isTraining ? 0 : name.endsWith('.epoch.stop') ? END_OF_EPOCH : TRAINING);
    }
    return traits;
  }
}

function finiteAt({ values, present }: NumberCells, row: number): number | null {
  return present[row] === 1 && Number.isFinite(values[row]) ? values[row]! : null;
}
