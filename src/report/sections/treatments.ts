import type { MetricComparison } from '../../analysis/comparison/comparison-result.ts';
import type { ReportData } from '../data/report-data.ts';

/** A treatment as a report names it, with its metrics, primary ones first. */
export interface Treatment {
  readonly label: string;
  readonly metrics: readonly MetricComparison[];
}

export function treatmentsOf(data: ReportData): Treatment[] {
  const labels = labelsOf(data);
  return (data.comparison?.comparisons ?? []).map(({ metrics }, i) => ({
    label: labels[i]!,
    metrics: Object.values(metrics),
  }));
}

/** The names of the treatments, in the order of their comparisons. */
export function labelsOf({ comparison, experiments }: Pick<ReportData, 'comparison' | 'experiments'>): string[] {
  const labels = new Map(experiments.map(({ state, arm }) => [state.id, arm]));
  return (comparison?.comparisons ?? []).map(
    ({ name, experiment_ids: [first] }) => (first && labels.get(first)) ?? name,
  );
}
