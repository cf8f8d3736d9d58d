import type { ExperimentComparison } from '../../analysis/comparison/comparison-result.ts';
import { count } from '../../core/figures.ts';
import type { ReportData } from '../data/report-data.ts';
import { type Block, heading, paragraph } from '../document/block.ts';
import { referencesFor } from './references.ts';
import type { Software } from './software.ts';
import { type Treatment, treatmentsOf } from './treatments.ts';

/** What was done, as it may stand in a paper, with the literature. */
export function methods(data: ReportData, software: Software): Block[] {
  const treatments = treatmentsOf(data);
  const opening = openingText(data, software);
  const texts = together(treatments);
  const used = treatments.flatMap(({ metrics }) =>
    metrics.flatMap(({ methods: text, test, ci, effect_size, over_replicates, quantile_differences }) => [
      text,
      test,
      ci?.method,
      effect_size?.name,
      effect_size?.ci?.method,
      ...quantile_differences.map((each) => each.ci.method),
      over_replicates?.iqm_difference == null ? undefined : 'interquartile mean',
    ]),
  );
  const words = [opening, ...used].filter((each) => each !== undefined);
  return [
    heading(2, 'Methods'),
    paragraph(opening),
    ...(texts.length === 0 ? [] : [{ kind: 'list', items: texts } as const]),
    heading(3, 'References'),
    { kind: 'list', items: [...referencesFor(words.join('\n')), software.citation] },
  ];
}

/** One text for all that was treated alike: metrics, with the arms where these differ. */
function together(treatments: readonly Treatment[]): string[] {
  const groups = new Map<string, Map<string, string[]>>();
  for (const { label, metrics } of treatments) {
    for (const { metric, methods: text } of metrics) {
      const own = text.slice(metric.length + 2);
      const named = groups.get(own) ?? new Map<string, string[]>();
      groups.set(own, named.set(metric, [...(named.get(metric) ?? []), label]));
    }
  }
  return [...groups].map(([text, named]) => {
    const names = [...named].map(([metric, labels]) =>
      labels.length === treatments.length ? metric : `${metric} (${labels.join('; ')})`,
    );
    return `${names.join(', ')}: ${text}`;
  });
}

function openingText(data: ReportData, { version, node }: Software): string {
  const { comparison, experiments, arms } = data;
  const tool = `crucible-telemetry ${version} (Node.js ${node})`;
  const rates = 'Success rates are given with 95 % Wilson intervals, quantiles of single experiments are of type 7.';
  if (!comparison) return `Events were recorded and described with ${tool}. ${rates}`;
  const size = `${count(experiments.length)} experiments in ${count(arms.length)} arms`;
  return [
    `Events of ${size} were recorded and compared with ${tool}, each arm against ${arms[0]}.`,
    ...plannedText(data),
    errorText(comparison),
    'An arm is called better or worse where its p-value, corrected if it is primary, is at most alpha, and equivalent only within a margin declared beforehand.',
    ...(comparison.sample_ratio ? [`The assignment of units was checked by a ${comparison.sample_ratio.method}.`] : []),
    'Items without a value are counted by cause and weigh in the verdicts; none is left out silently.',
    rates,
  ].join(' ');
}

function plannedText({ analysis }: ReportData): string[] {
  if (!analysis) return [];
  const { plan, deviations } = analysis;
  const changed =
    deviations.length === 0 ? 'and was not changed since' : `with ${count(deviations.length)} deviations, listed above`;
  return [
    `The hypothesis on ${plan.metric} was frozen when the first experiment started (SHA-256 ${plan.sha256.slice(0, 12)}…) ${changed}; every other comparison is exploratory.`,
  ];
}

function errorText({ alpha, correction, family_size, interim }: ExperimentComparison): string {
  if (family_size === 0) return 'No primary comparison could be tested.';
  const looks = interim ? ', at every look' : '';
  if (family_size === 1) return `One primary comparison was tested at alpha ${alpha}, two-sided${looks}.`;
  if (correction === 'none')
    return `${family_size} primary comparisons were each tested at alpha ${alpha}, two-sided${looks}.`;
  const rate = ['bh', 'by'].includes(correction) ? 'false discovery rate' : 'family-wise error rate';
  return `The ${rate} over ${family_size} primary comparisons was held at ${alpha}, two-sided${looks}.`;
}
