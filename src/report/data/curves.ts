import type { ExperimentMetrics } from '../../analysis/metrics.ts';
import { NumberCells } from '../../analysis/rows/cells.ts';
import { eventInfo } from '../../events/registry.ts';
import { bySource, trainingSource } from '../../events/training-source.ts';
import type { MetricCurves, ReportSource, RunCurve } from './report-data.ts';
import { ThinnedSeries } from './thinned-series.ts';

const FIELDS = ['loss', 'accuracy'] as const;

/** By metric and axis, the run's series. */
type RunSeries = Map<string, { metric: string; axis: MetricCurves['axis']; series: ThinnedSeries }>;

/** One experiment with what its curves are read from. */
export interface CurveSource {
  readonly source: ReportSource;
  readonly arm: string;
  readonly metrics: ExperimentMetrics;
}

/**
 * Loss and accuracy by epoch, by step where no event names an epoch, and every metric point by step (by its place where none has a step),
 * run by run.
 */
export async function readCurves(runs: readonly CurveSource[]): Promise<MetricCurves[]> {
  const curves = new Map<string, { metric: string; axis: MetricCurves['axis']; runs: RunCurve[] }>();
  const eventsOf = (metric: string) => {
    const field = FIELDS.find((own) => own === metric);
    const all = field ? runs.flatMap(({ metrics }) => metrics.training[field].events) : [];
    return [...new Set(all)].sort(bySource);
  };
  for (const { source, arm, metrics } of runs) {
    const all: RunSeries = new Map();
    addEpochs(all, metrics);
    const unseen = FIELDS.filter((field) => metrics.training[field].count > 0 && !all.has(keyOf(field, 'epoch')));
    if (unseen.length > 0) await addSteps(all, source, metrics, unseen);
    await addPoints(all, source);
    for (const [key, { metric, axis, series }] of all) {
      if (series.values === 0) continue;
      const curve = curves.get(key) ?? { metric, axis, runs: [] };
      curves.set(key, curve);
      const { values, nonFinite: non_finite, divergedAt: diverged_at, points } = series;
      curve.runs.push({ experiment: source.state.name, arm, values, non_finite, diverged_at, points });
    }
  }
  // A single point is a number, which the tables have.
  return [...curves.values()]
    .filter(({ runs: own }) => own.some(({ values }) => values > 1))
    .map((curve) => ({ ...curve, events: eventsOf(curve.metric) }));
}

function addEpochs(all: RunSeries, { training }: ExperimentMetrics): void {
  for (const row of training.by_epoch) {
    for (const field of FIELDS) {
      const value = row[field];
      if (value !== null) seriesOf(all, field, 'epoch').add(row.epoch, value);
    }
  }
  // Means by epoch are of finite values only, so that they cannot say that no more came.
  for (const field of FIELDS) {
    const epoch = training[field].diverged[0]?.epoch;
    if (epoch !== undefined && epoch !== null && all.has(keyOf(field, 'epoch'))) {
      seriesOf(all, field, 'epoch').divergeAt(epoch);
    }
  }
}

async function addSteps(
  all: RunSeries,
  { batches }: ReportSource,
  { training }: ExperimentMetrics,
  fields: readonly ('loss' | 'accuracy')[],
): Promise<void> {
  const steps = new NumberCells('step');
  const cells = fields.map((field) => ({ field, cells: new NumberCells(field) }));
  for await (const batch of batches({ fields: ['step', ...fields], nestedOf: [] })) {
    if (!steps.read(batch, batch.rows)) continue;
    for (const { field, cells: own } of cells) {
      if (!own.read(batch, batch.rows)) continue;
      for (let row = 0; row < batch.rows; row++) {
        if (own.present[row] === 0 || steps.present[row] === 0) continue;
        const name = batch.eventName(row);
        if (eventInfo(name)?.category !== 'training' || !training[field].events.includes(trainingSource(name)))
          continue;
        seriesOf(all, field, 'step').add(steps.values[row]!, own.values[row]!);
      }
    }
  }
}

// Which axis a metric has is known after its last point: both are gathered, and the one by step goes before.
async function addPoints(all: RunSeries, { points }: ReportSource): Promise<void> {
  for await (const { metric, value, step } of points()) {
    const placed = seriesOf(all, `logged.${metric}`, 'point');
    placed.add(placed.values + placed.nonFinite + 1, value);
    if (step !== null) seriesOf(all, `logged.${metric}`, 'step').add(step, value);
  }
  for (const { metric, axis } of [...all.values()]) if (axis === 'step') all.delete(keyOf(metric, 'point'));
}

function seriesOf(all: RunSeries, metric: string, axis: MetricCurves['axis']): ThinnedSeries {
  const key = keyOf(metric, axis);
  let entry = all.get(key);
  if (!entry) {
    entry = { metric, axis, series: new ThinnedSeries() };
    all.set(key, entry);
  }
  return entry.series;
}

function keyOf(metric: string, axis: MetricCurves['axis']): string {
  return `${axis} ${metric}`;
}
