import { eventInfo } from '../../events/registry.ts';
import { bySource, trainingSource } from '../../events/training-source.ts';
import type { MetricPoint } from '../../metrics-store/metrics-store.ts';
import type { ColumnBatch } from '../../record/batch.ts';
import { NumberCells } from '../rows/cells.ts';
import { RowKind, type RowReader } from '../rows/row-reader.ts';
import { EpochMeans } from './epoch-means.ts';
import { MetricCourse } from './metric-course.ts';
import { type MetricSummary, TRAINING_FIELDS, type TrainingField, type TrainingMetrics } from './training-metrics.ts';

/** Gathers the numbers of training events and of metric points. */
export class TrainingCollection {
  readonly #cells = TRAINING_FIELDS.map((field) => new NumberCells(field));
  readonly #epochs = new NumberCells('epoch');
  readonly #steps = new NumberCells('step');
  /** By field: the course of each source in each run. */
  readonly #courses = TRAINING_FIELDS.map(() => new Map<string, Map<string, MetricCourse<number>>>());
  readonly #byEpoch = new EpochMeans();
  readonly #logged = new Map<string, MetricCourse<string>>();
  /** By the number of an event name: what it is about; null where that is not training. */
  readonly #sources: (string | null)[] = [];

  /** Takes the rows that `reader` read; `times` are their timestamps. */
  add(batch: ColumnBatch, rows: number, reader: RowReader, times: Float64Array): void {
    const { kinds, events } = reader;
    const { ids } = events;
    const sources = this.#sourcesOf(events.names);
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
      const courses = this.#coursesOf(field, run);
      let last: string | null = null;
      let course: MetricCourse<number> | undefined;
      for (let row = 0; row < rows; row++) {
        const source = sources[ids[row]!]!;
        if (present[row] === 0 || source === null || kinds[row] === RowKind.LEFT_OUT) continue;
        if (source !== last) course = courseOf(courses, source);
        last = source;
        const value = values[row]!;
        const epoch = finiteAt(this.#epochs, row);
        course!.add(run, times[row]!, value, epoch, finiteAt(this.#steps, row));
        if (epoch !== null && Number.isFinite(value)) this.#byEpoch.add(epoch, events.names[ids[row]!]!, field, value);
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
    const fields = TRAINING_FIELDS.map((name, field) => [name, this.#summaryOf(name, field)] as const);
    const logged = [...this.#logged.keys()]
      .sort()
      .map((name) => [name, this.#logged.get(name)!.summary(name)] as const);
    return {
      ...(Object.fromEntries(fields) as Pick<TrainingMetrics, TrainingField>),
      by_epoch: this.#byEpoch.toList(),
      logged: Object.fromEntries(logged),
    };
  }

  // Of each run the first source that has values: batches and epochs are never pooled.
  #summaryOf(name: TrainingField, field: number): MetricSummary {
    const chosen = [...this.#courses[field]!.values()].flatMap((own) => {
      const [source] = [...own.keys()].sort(bySource);
      return source === undefined ? [] : [{ source, course: own.get(source)! }];
    });
    const events = [...new Set(chosen.map(({ source }) => source))].sort(bySource);
    return MetricCourse.summaryOf(
      name,
      chosen.map(({ course }) => course),
      events,
    );
  }

  #coursesOf(field: number, run: string): Map<string, MetricCourse<number>> {
    const byRun = this.#courses[field]!;
    let own = byRun.get(run);
    if (!own) {
      own = new Map();
      byRun.set(run, own);
    }
    return own;
  }

  #sourcesOf(names: readonly string[]): readonly (string | null)[] {
    const sources = this.#sources;
    while (sources.length < names.length) {
      const name = names[sources.length]!;
      sources.push(eventInfo(name)?.category === 'training' ? trainingSource(name) : null);
    }
    return sources;
  }
}

function courseOf(courses: Map<string, MetricCourse<number>>, source: string): MetricCourse<number> {
  let course = courses.get(source);
  if (!course) {
    course = new MetricCourse();
    courses.set(source, course);
  }
  return course;
}

function finiteAt({ values, present }: NumberCells, row: number): number | null {
  return present[row] === 1 && Number.isFinite(values[row]) ? values[row]! : null;
}
