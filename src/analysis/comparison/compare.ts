import { CrucibleError, show } from '../../core/errors.ts';
import type { MetricPoint } from '../../metrics-store/metrics-store.ts';
import type { ColumnBatch } from '../../record/batch.ts';
import { sampleRatioTest } from '../../stats/randomization/sample-ratio.ts';
import { isUniform } from '../../stores/sampling-design.ts';
import type { Projection } from '../../stores/store.ts';
import { readLeaves } from '../rows/read-leaves.ts';
import { RequestNames } from '../rows/request-names.ts';
import type { RowReader } from '../rows/row-reader.ts';
import { SCORE_EVENT, SCORE_FIELDS } from '../tallies/score-collection.ts';
import { armOverview } from './arm-overview.ts';
import { type Arm, baselineArm, type ComparedExperiment, comparisonArms, repeatedReplicates } from './arms.ts';
import {
  type CheckedOptions,
  type CompareOptions,
  checkedOptions,
  type MetricSpec,
  refused,
} from './compare-options.ts';
import type { ExperimentComparison } from './comparison-result.ts';
import { type Draft, type DraftInput, draftOf, type Interim } from './draft.ts';
import { draftInputs, isInRows, resolved } from './draft-inputs.ts';
import { completenessOf, requireEnded, shortfallText, waitText } from './interim.ts';
import { ArmRoom } from './items/arm-room.ts';
import { SharedIds } from './items/shared-ids.ts';
import { type Metric, metricsOf } from './metric.ts';
import { metricComparison } from './metric-comparison.ts';
import type { ExperimentRows } from './reading/experiment-rows.ts';
import { LabelReader } from './reading/label-reader.ts';
import { RowsCollection } from './reading/rows-collection.ts';
import { SeenIds } from './reading/seen-ids.ts';
import { ValueReader } from './reading/value-reader.ts';
import { retryWarnings } from './retries.ts';
import { distinct, withOptions } from './same-metric.ts';
import { decide } from './verdict.ts';

const DEFAULT_CLUSTERS = ['user_id', 'session_id'];

/**
 * Compares experiments with a baseline, metric by metric: see `ExperimentComparison` and `CompareOptions`. Shared samples are paired and
 * repeats averaged first; what is missing is told by its cause, and a verdict that it could turn round is not given. A metric `ofPlan` goes
 * before the others, in the place of the one that has the same values.
 *
 * Rejects with `nothing_to_compare` for fewer than two arms, `unknown_field` for a metric that nothing is called, `not_stopped` where data
 * are called final and are not, and `invalid_argument` for options that make no sense and for items without the cluster that was asked for.
 */
export async function compareExperiments(
  experiments: readonly ComparedExperiment[],
  options: CompareOptions = {},
  ofPlan?: MetricSpec,
): Promise<ExperimentComparison> {
  const checked = checkedOptions(options);
  const { by, arms } = comparisonArms(experiments);
  const baseline = baselineArm(arms, checked.baseline);
  if (checked.final) requireEnded(experiments);
  const declared = metricsOf(checked, ofPlan);
  const read = await readRows(arms, declared, checked);
  const rowsOf = (arm: Arm): ExperimentRows[] =>
    arm.experiments.map(({ state }) => read.collection.experiments.get(state.id)!);
  const known = resolved(declared, [...read.collection.experiments.values()], checked);
  requireOneNumber(known, checked);
  const { reasons, unfinished, shortfalls, unknown } = completenessOf(
    experiments,
    read.collection.experiments,
    checked.final,
  );
  const sizes = arms.flatMap(({ experiments: own }) => own.map(({ state }) => state.sample_size ?? 0));
  const planned = sizes.reduce((sum, size) => sum + size, 0);
  const interim: Interim =
    reasons.length === 0 ? null : { tunedFor: planned > 0 ? planned : 1000, remedy: waitText(unfinished, arms) };
  const treatments = arms.filter((arm) => arm !== baseline);
  const drafts: { arm: Arm; draft: Draft }[] = [];
  const { samples } = read;
  const shared = new SharedIds();
  const inputsOf = (metrics: readonly Metric[], arm: Arm): DraftInput[] =>
    draftInputs(metrics, read.collection, {
      options: checked,
      clusters: { candidates: read.clusters, explicit: typeof checked.clusterBy === 'string', samples },
      interim,
      baseline: rowsOf(baseline),
      treatment: rowsOf(arm),
      shared,
      rooms: [new ArmRoom(samples.count), new ArmRoom(samples.count)],
    });
  const own = distinct(known, ofPlan !== undefined);
  const metrics = withOptions(
    own,
    checked,
    () => new Set(treatments.flatMap((arm) => inputsOf(own, arm)).map(({ metric }) => metric.name)),
  );
  for (const arm of treatments) {
    for (const input of inputsOf(metrics, arm)) drafts.push({ arm, draft: draftOf(input, checked) });
  }
  const ratio = sampleRatio(arms, read.units, rowsOf, checked);
  const doubt = ratio?.mismatch === true ? 'The sample ratio is not as declared: the assignment is broken.' : null;
  const decisions = decide(
    drafts.map(({ draft }) => draft),
    checked,
    doubt,
  );
  const retried = await retryWarnings([baseline, ...treatments], rowsOf, read.requests);
  const family = drafts.filter(({ draft }) => draft.metric.primary && draft.result.p_value !== null).length;
  return {
    by,
    baseline: baseline.name,
    alpha: checked.alpha,
    correction: checked.correction,
    family_size: family,
    pair_by: checked.pairBy,
    seed: checked.seed,
    interim: interim !== null,
    interim_reasons: reasons,
    shortfalls,
    arms: [baseline, ...treatments].map((arm) => armOverview(arm, rowsOf(arm), arm === baseline, read.samples.count)),
    comparisons: treatments.map((arm) => ({
      name: arm.name,
      condition: arm.condition,
      experiment_ids: arm.experiments.map(({ state }) => state.id),
      metrics: Object.fromEntries(
        drafts
          .map(({ arm: own, draft }, i) => ({ own, draft, decision: decisions[i]! }))
          .filter(({ own }) => own === arm)
          .sort((a, b) => Number(b.draft.metric.primary) - Number(a.draft.metric.primary))
          .map(({ draft, decision }) => [draft.name, metricComparison(draft, decision, checked, family)]),
      ),
    })),
    sample_ratio: ratio,
    warnings: [
      ...reasons,
      ...shortfalls.map(shortfallText),
      ...unknown,
      ...(doubt === null ? [] : [doubt]),
      ...[baseline, ...treatments].flatMap(repeatedReplicates),
      ...retried,
    ],
  };
}

interface Reading {
  readonly collection: RowsCollection;
  readonly samples: LabelReader;
  readonly clusters: readonly LabelReader[];
  readonly units: LabelReader | null;
  readonly requests: RequestNames;
}

async function readRows(arms: readonly Arm[], metrics: readonly Metric[], options: CheckedOptions): Promise<Reading> {
  const experiments = arms.flatMap((arm) => arm.experiments);
  const states = experiments.map(({ state }) => state);
  const requests = new RequestNames(states);
  const { pairBy, clusterBy, sampleRatio: declared } = options;
  const clusterNames = clusterBy === null ? [] : clusterBy === undefined ? DEFAULT_CLUSTERS : [clusterBy];
  const labels = [pairBy, ...clusterNames, ...(declared ? [declared.unit] : [])];
  for (const label of labels) new LabelReader(label);
  const rowMetrics = metrics.filter(isInRows);
  const trainingMetrics = metrics.filter(({ source }) => source.from === 'training');
  const projection = projectionOf([...rowMetrics, ...trainingMetrics], labels);
  const collect = async (batches: AsyncIterable<ColumnBatch>, reader: RowReader): Promise<Reading> => {
    const samples = new LabelReader(pairBy);
    const clusters = clusterNames.map((name) => new LabelReader(name));
    const units = declared ? new LabelReader(declared.unit) : null;
    const plan = { states, rowMetrics, trainingMetrics, samples, clusters, units, requests };
    const collection = new RowsCollection(plan, reader);
    for await (const batch of batches) collection.add(batch);
    samples.complete(true);
    for (const labels of [...clusters, ...(units ? [units] : [])]) labels.complete(false);
    return { collection, samples, clusters, units, requests };
  };
  const batches = (wanted: Projection) => allBatches(experiments, wanted);
  const read = await readLeaves({ requests, projection, batches }, collect);
  for (const { points } of experiments) if (points) await addPoints(read.collection, points());
  return read;
}

function projectionOf(metrics: readonly Metric[], labels: readonly string[]): Projection {
  const fields = metrics.map(({ source }) => ValueReader.fieldsOf(source));
  if (fields.some((own) => own === undefined)) return {};
  const named = [...fields.flatMap((own) => own ?? []), ...labels];
  const nested = named.some((name) => /^(?:measurements|metadata)\./.test(name));
  return {
    fields: ['timestamp', 'success', 'inclusion_probability', ...named, ...SCORE_FIELDS],
    nestedOf: nested ? undefined : [SCORE_EVENT],
    asBytes: labels,
  };
}

async function* allBatches(
  experiments: readonly ComparedExperiment[],
  projection: Projection,
): AsyncGenerator<ColumnBatch> {
  for (const { batches } of experiments) yield* batches(projection);
}

async function addPoints(collection: RowsCollection, points: AsyncIterable<MetricPoint>): Promise<void> {
  for await (const point of points) collection.addPoint(point);
}

function requireOneNumber(
  { length }: readonly Metric[],
  { margin, minimumEffect, metrics: given }: CheckedOptions,
): void {
  for (const [option, value] of Object.entries({ margin, minimumEffect })) {
    if (typeof value === 'number' && given?.length !== 1) {
      throw refused(`${option} is one number for ${length} metrics`, 'Give one for each: { latency_ms: 0.1 }.');
    }
  }
}

function sampleRatio(
  arms: readonly Arm[],
  units: LabelReader | null,
  rowsOf: (arm: Arm) => ExperimentRows[],
  { sampleRatio: declared }: CheckedOptions,
): ExperimentComparison['sample_ratio'] {
  if (!declared || !units) return null;
  const names = arms.map(({ name }) => name);
  const given = Object.keys(declared.ratio);
  if (names.some((name) => !given.includes(name)) || given.length !== names.length) {
    throw new CrucibleError('invalid_argument', `sampleRatio has shares for ${given.map(show).join(', ')}.`, {
      hint: `Give one for each arm: ${names.map(show).join(', ')}.`,
    });
  }
  const counts = arms.map((arm) =>
    SeenIds.countOfAny(
      rowsOf(arm).map((rows) => rows.units),
      units.count,
    ),
  );
  const found = sampleRatioTest(
    counts,
    names.map((name) => declared.ratio[name]!),
  );
  const rates = arms.flatMap(({ experiments }) =>
    experiments.map(({ state: { sampling } }) =>
      sampling === null ? 1 : isUniform(sampling) ? sampling.rate : Number.NaN,
    ),
  );
  if (rates.every((rate) => rate === rates[0])) return found;
  const reason =
    'No test: what was kept of a unit does not depend on its arm alone where not all was sampled at one rate.';
  return {
    ...found,
    statistic: null,
    p_value: null,
    mismatch: null,
    assumptions: [...found.assumptions.filter((text) => !text.startsWith('No test')), reason],
  };
}
