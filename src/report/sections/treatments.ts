import type { MetricComparison } from '../../analysis/comparison/comparison-result.ts';
import type { ReportData } from '../data/report-data.ts';

/** A treatment as a report names it, with its metrics, primary ones first. */
export interface Treatment {
  readonly label: string;
  readonly metrics: readonly MetricComparison[];
}

export function treatmentsOf({ comparison, experiments }: ReportData): Treatment[] {
  const labels = new Map(experiments.map(({ state, arm }) => [state.id, arm]));
  return (comparison?.comparisons ?? []).map(({ name, experiment_ids: [first], metrics }) => ({
    label: (first && labels.get(first)) ?? name,
    metrics: Object.values(metrics),
  }));
}
