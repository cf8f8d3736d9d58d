import { CrucibleError, show } from '../../core/errors.ts';
import type { CheckedOptions } from './compare-options.ts';
import type { DraftInput } from './draft.ts';
import { arrangeReplicates, type ReplicateValue } from './items/replicate-items.ts';
import { type Metric, metricMet, scoreOf, USUAL } from './metric.ts';
import type { MetricContext } from './metric-context.ts';
import { replicateInput, rowItems } from './metric-items.ts';
import { summarize, tablesOf } from './metric-tables.ts';
import type { ExperimentRows } from './reading/experiment-rows.ts';
import type { RowsCollection } from './reading/rows-collection.ts';
import { type ArmRows, lastTraining, lastValues } from './replicate-values.ts';

/** Whether the values of a metric are in rows of request events or others: not scores, and nothing that has one number per run. */
export function isInRows({ source }: Metric): boolean {
  return ['success', 'total_tokens', 'field', 'path', 'function'].includes(source.from);
}

/**
 * The metrics with names found out: a plain name is a score's or a metric point's. Where nothing was asked for, the scores and metric
 * points that there are come after the usual metrics. Throws `unknown_field` for a name that nothing has.
 */
export function resolved(
  metrics: readonly Metric[],
  experiments: readonly ExperimentRows[],
  options: CheckedOptions,
): readonly Metric[] {
  const scores = namesIn(experiments, ({ scores: own }) => own);
  const logged = namesIn(experiments, ({ logged: own }) => own);
  const known = metrics.map((metric) => (metric.source.from === 'named' ? named(metric, metric.source.name) : metric));
  if (options.metrics !== undefined) return known;
  const met = [
    ...scores.map((name) => ({ from: 'score', name }) as const),
    ...logged.map((name) => ({ from: 'logged', name }) as const),
  ].filter(({ from, name }) => !known.some(({ source }) => source.from === from && source.name === name));
  return [...known, ...met.map((source) => metricMet(source, options))];

  function named(metric: Metric, name: string): Metric {
    const isScore = scores.includes(name);
    if (isScore && logged.includes(name)) {
      throw new CrucibleError('invalid_argument', `${show(name)} is a score and a metric point.`, {
        hint: `Say scores.${name} or logged.${name}.`,
      });
    }
    if (isScore) return scoreOf(metric, name);
    if (logged.includes(name)) return { ...metric, source: { from: 'logged', name }, kind: 'replicate' };
    const met = [...scores.map((own) => `scores.${own}`), ...logged.map((own) => `logged.${own}`)];
    throw new CrucibleError(
      'unknown_field',
      `${show(name)} is no field, no score and no metric point of these experiments.`,
      {
        hint: `${met.length > 0 ? `There are ${met.join(', ')}. ` : ''}Fields are ${USUAL.join(', ')} and other numbers of a record; a path is measurements.score.`,
      },
    );
  }
}

/** What there is of the metrics in two arms, as items. What nobody asked for and no arm has is left out. */
export function draftInputs(
  metrics: readonly Metric[],
  collection: RowsCollection,
  context: MetricContext,
): DraftInput[] {
  let column = 0;
  return metrics.flatMap((metric): DraftInput[] => {
    const own = isInRows(metric) ? column++ : -1;
    const { from } = metric.source;
    if (from === 'training' || from === 'logged') return runInputs(metric, context);
    const tables = tablesOf(metric, own, context.baseline, context.treatment, collection);
    const inputs = tables.map((each) => rowItems(metric, each, context));
    const found = inputs.filter(({ arms }) => arms.baseline.n > 0 || arms.treatment.n > 0);
    if (found.length > 0 || !metric.asked) return found;
    return [{ ...(inputs[0] ?? emptyInput(metric, context)), reasons: ['No event of either arm has a value.'] }];
  });
}

function runInputs(metric: Metric, context: MetricContext): DraftInput[] {
  const { source, event } = metric;
  const latest = (rows: ExperimentRows) =>
    source.from === 'logged' ? rows.logged.get(source.name) : lastTraining(rows, metric.name, event);
  const [first, second] = [lastValues(context.baseline, latest), lastValues(context.treatment, latest)];
  const none = [...first, ...second].every(({ cause }) => cause === 'no_value');
  if (none && !metric.asked) return [];
  const operationsOf = (arm: ArmRows) =>
    source.from === 'training'
      ? [...new Set(arm.flatMap((rows) => lastTraining(rows, metric.name, event)?.operation ?? []))].sort()
      : [];
  return [
    {
      ...runInput(metric, first, second, context),
      warnings: source.from === 'training' && isSampled(context) ? [LAST_KEPT] : [],
      events: { baseline: operationsOf(context.baseline), treatment: operationsOf(context.treatment) },
      ...(none && { reasons: ['No event of either arm has a value.'] }),
    },
  ];
}

const LAST_KEPT =
  'Events were sampled: the number of a run is the last one that was kept, and sampling may have left out later ones.';

function isSampled({ baseline, treatment }: MetricContext): boolean {
  return [...baseline, ...treatment].some(({ state }) => state.sampling !== null);
}

function runInput(
  metric: Metric,
  first: readonly ReplicateValue[],
  second: readonly ReplicateValue[],
  context: MetricContext,
): DraftInput {
  const finite = (arm: readonly ReplicateValue[]) =>
    summarize(Float64Array.from(arm.flatMap(({ value }) => (value === null ? [] : [value]))));
  return {
    name: metric.name,
    metric,
    interim: context.interim,
    events: { baseline: [], treatment: [] },
    arms: { baseline: finite(first), treatment: finite(second) },
    methods: ['The number of a replicate is its last value.'],
    ...replicateInput(arrangeReplicates(first, second), context),
  };
}

function emptyInput(metric: Metric, context: MetricContext): DraftInput {
  return { ...runInput(metric, [], [], context), kind: metric.kind ?? 'mean', overReplicates: null, methods: [] };
}

function namesIn(
  experiments: readonly ExperimentRows[],
  mapOf: (rows: ExperimentRows) => ReadonlyMap<string, unknown>,
): string[] {
  return [...new Set(experiments.flatMap((rows) => [...mapOf(rows).keys()]))].sort();
}
