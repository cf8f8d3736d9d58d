import { count } from '../../core/figures.ts';
import type { ReportData } from '../data/report-data.ts';
import { type Block, heading, paragraph } from '../document/block.ts';
import { referencesFor } from './references.ts';
import type { Software } from './software.ts';
import { treatmentsOf } from './treatments.ts';

/** What was done, as it may stand in a paper, with the literature. */
export function methods(data: ReportData, software: Software): Block[] {
  const treatments = treatmentsOf(data);
  const opening = openingText(data, software);
  const texts = treatments.map(({ label, metrics }) => {
    const sentences = metrics.map((metric) => metric.methods).join(' ');
    return treatments.length > 1 ? `${label}: ${sentences}` : sentences;
  });
  const used = treatments.flatMap(({ metrics }) =>
    metrics.flatMap(({ methods: text, test, ci, effect_size, over_replicates, quantile_differences }) => [
      text,
      test,
      ci?.method,
      effect_size?.name,
      effect_size?.ci?.method,
      ...quantile_differences.map((each) => each.ci.method),
      over_replicates?.permutation_p_value == null ? undefined : 'permutation',
      over_replicates?.iqm_difference == null ? undefined : 'interquartile mean',
    ]),
  );
  const words = [opening, ...used, data.comparison?.sample_ratio ? 'sample ratio' : undefined].filter(
    (each) => each !== undefined,
  );
  return [
    heading(2, 'Methods'),
    paragraph(opening),
    ...texts.filter((text) => text !== '').map(paragraph),
    heading(3, 'References'),
    { kind: 'list', items: [...referencesFor(words.join('\n')), software.citation] },
  ];
}

function openingText({ comparison, experiments, arms }: ReportData, { version, node }: Software): string {
  const tool = `crucible-telemetry ${version} (Node.js ${node})`;
  const rates = 'Success rates are given with 95 % Wilson intervals, quantiles of single experiments are of type 7.';
  if (!comparison) return `Events were recorded and described with ${tool}. ${rates}`;
  const size = `${count(experiments.length)} experiments in ${count(arms.length)} arms`;
  const error = {
    none: `Each test had the error rate ${comparison.alpha}`,
    rate: `The false discovery rate was ${comparison.alpha} over the primary metrics`,
    family: `The family-wise error rate was ${comparison.alpha} over the primary metrics`,
  }[comparison.correction === 'none' ? 'none' : ['bh', 'by'].includes(comparison.correction) ? 'rate' : 'family'];
  const missing = 'Items without a value are counted by cause and weigh in the verdicts; none is left out silently.';
  return `Events of ${size} were recorded and compared with ${tool}, each arm against ${arms[0]}. ${error}. ${missing} ${rates}`;
}
