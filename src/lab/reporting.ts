import { sumLedgers } from '../experiment/ledger.ts';
import type { ReportSource } from '../report/data/report-data.ts';
import {
  type ComparisonReportOptions,
  type Report,
  type ReportOptions,
  reportComparison,
  reportExperiment,
} from '../report/report.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import type { LabContext } from './context.ts';
import { observed } from './observed-status.ts';
import { studiesOf } from './studies.ts';

/** Compares experiments and writes what came of it. */
export async function reportMany(
  lab: LabContext,
  states: readonly ExperimentState[],
  options: ComparisonReportOptions,
): Promise<Report> {
  const sources = await Promise.all(states.map((state) => sourceOf(lab, state)));
  return reportComparison(sources, options, lab.clock.nowMicros(), await studiesOf(lab.store, states));
}

/** Writes what there is to say of one experiment. */
export async function reportOne(lab: LabContext, state: ExperimentState, options: ReportOptions): Promise<Report> {
  return reportExperiment(await sourceOf(lab, state), options, lab.clock.nowMicros());
}

async function sourceOf(lab: LabContext, state: ExperimentState): Promise<ReportSource> {
  const writers = await lab.store.writers(state.id);
  return {
    state,
    status: (await observed(lab.store, state)).status,
    ledger: sumLedgers(writers.map(({ ledger }) => ledger)),
    crashed_writers: writers.filter(({ status }) => status === 'crashed').length,
    batches: (projection) => lab.store.scan(state.id, projection),
    points: () => lab.metrics.scan(state.id),
  };
}
