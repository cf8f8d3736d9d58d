import { count, NONE } from '../../core/figures.ts';
import { correctionText, pairedByText } from '../comparison/design-texts.ts';
import type { ReportData } from '../data/report-data.ts';
import { type Block, heading } from '../document/block.ts';
import { treatmentsOf } from './treatments.ts';

/** What was to be found out, and how it was decided: study, hypothesis, arms and rules. */
export function plan(data: ReportData): Block[] {
  const { comparison, experiments } = data;
  const studies = distinct(experiments.map(({ state }) => state.study ?? NONE));
  const hypotheses = distinct(experiments.flatMap(({ state }) => hypothesisTexts(state.hypothesis)));
  const isFrozen = experiments.some(({ state }) => state.plan);
  const tags = distinct(experiments.flatMap(({ state }) => state.tags));
  const pairs: [string, string][] = [
    ['Study', studies.join(', ')],
    ...(isFrozen
      ? []
      : [['Hypothesis', hypotheses.length === 0 ? 'None was stated.' : hypotheses.join('; ')] as [string, string]]),
    ...(tags.length === 0 ? [] : [['Tags', tags.join(', ')] as [string, string]]),
  ];
  if (comparison) pairs.push(...rules(data));
  return [heading(2, 'Design'), { kind: 'pairs', pairs }, armTable(data)];
}

// A hypothesis is a sentence, or an object with one and what decides about it.
function hypothesisTexts(hypothesis: unknown): string[] {
  if (hypothesis === null || hypothesis === undefined || hypothesis === '') return [];
  if (typeof hypothesis !== 'object') return [String(hypothesis)];
  const { statement, ...rest } = hypothesis as Readonly<Record<string, unknown>>;
  const terms = Object.entries(rest)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  const parts = [
    ...(typeof statement === 'string' ? [statement] : []),
    ...(terms.length > 0 ? [`(${terms.join(', ')})`] : []),
  ];
  return parts.length === 0 ? [] : [parts.join(' ')];
}

function rules(data: ReportData): [string, string][] {
  const { alpha, by } = data.comparison!;
  const corrected = correctionText(data.comparison!);
  const metrics = treatmentsOf(data).flatMap((each) => each.metrics);
  const primary = distinct(metrics.filter(({ role }) => role === 'primary').map(({ metric }) => metric));
  const margins = distinct(metrics.flatMap(({ metric, margin }) => (margin === null ? [] : [`${metric} ${margin}`])));
  const clusters = distinct(metrics.flatMap(({ cluster_by }) => cluster_by ?? []));
  return [
    ['Compared', by === 'condition' ? 'conditions: experiments of one are its replicates' : 'experiments, one by one'],
    ['Baseline', data.arms[0] ?? NONE],
    ['Primary metrics', primary.length === 0 ? 'none with values' : primary.join(', ')],
    ['Error rate', `alpha ${alpha}${corrected === '' ? '' : `; intervals each by themselves, ${corrected}`}`],
    ['Paired by', pairedByText(data.comparison!, metrics)],
    ['Clusters', clusters.length === 0 ? 'none' : clusters.join(', ')],
    [
      'Margins of equivalence',
      margins.length === 0 ? 'none declared: nothing is called equivalent' : margins.join(', '),
    ],
  ];
}

function armTable({ comparison, experiments, arms }: ReportData): Block {
  return {
    kind: 'table',
    caption: 'Arms',
    columns: [
      { title: 'Arm' },
      { title: 'Role' },
      { title: 'Experiments', align: 'right' },
      { title: 'Planned samples', align: 'right' },
      { title: 'Samples', align: 'right' },
      { title: 'Requests', align: 'right' },
    ],
    rows: arms.map((arm, i) => {
      const own = experiments.filter((experiment) => experiment.arm === arm);
      const planned = own.reduce((sum, { state }) => sum + (state.sample_size ?? 0), 0);
      const requests = own.reduce((sum, { metrics }) => sum + metrics.reliability.total_requests, 0);
      return [
        arm,
        comparison ? (i === 0 ? 'baseline' : 'treatment') : 'described',
        count(own.length),
        planned === 0 ? NONE : count(planned),
        count(comparison?.arms[i]?.samples),
        count(requests),
      ];
    }),
  };
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
