import { moment, plural } from '../core/figures.ts';
import type { ReportData } from './data/report-data.ts';
import type { Document } from './document/block.ts';
import { distributions, trainingCurves } from './sections/curves.ts';
import { dataQuality } from './sections/data-quality.ts';
import { differences } from './sections/differences.ts';
import { experimentTables } from './sections/experiments.ts';
import { methods } from './sections/methods.ts';
import { outcome } from './sections/outcome.ts';
import { plan } from './sections/plan.ts';
import { repeat } from './sections/repeat.ts';
import { type Software, software } from './sections/software.ts';
import { verdicts } from './sections/verdicts.ts';

/** The report as a document: findings first, then what they rest on. */
export function reportDocument(data: ReportData, written: Software = software()): Document {
  const events = data.experiments.reduce((sum, { metrics }) => sum + metrics.summary.total_events, 0);
  const number = data.experiments.length;
  return {
    title: titleOf(data),
    subtitle: `${plural(number, 'experiment')}, ${plural(events, 'event')}. Written ${moment(data.written_at)} (UTC).`,
    blocks: [
      ...outcome(data),
      ...verdicts(data),
      ...plan(data),
      ...dataQuality(data),
      ...differences(data),
      ...distributions(data),
      ...trainingCurves(data),
      ...experimentTables(data),
      ...methods(data, written),
      ...repeat(data, written),
    ],
  };
}

function titleOf({ title, comparison, experiments, arms }: ReportData): string {
  if (title !== undefined) return title;
  if (!comparison) return `Experiment ${experiments[0]!.state.name}`;
  const studies = [...new Set(experiments.map(({ state }) => state.study))];
  const [study] = studies;
  return study && studies.length === 1 ? `Study ${study}` : `${arms.slice(1).join(', ')} against ${arms[0]}`;
}
