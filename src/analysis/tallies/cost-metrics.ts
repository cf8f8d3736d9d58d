import type { CostMetrics } from '../experiment-metrics.ts';
import type { TextCounts } from './text-counts.ts';
import type { ValueList } from './value-list.ts';

/** Why a reported cost that is NaN or infinite counts as unknown. */
export const NON_FINITE_COST = 'non_finite';

/** The known costs of `requests` requests, with an account of the others. */
export function costMetrics(
  costs: ValueList,
  requests: number,
  unknownCosts: TextCounts,
  unknownModels: TextCounts,
): CostMetrics {
  const { count, total } = costs;
  const mean = total === null ? null : total / count;
  const reasons = unknownCosts.toRecord();
  const unknown = Object.values(reasons).reduce((sum, times) => sum + times, 0);
  return {
    total,
    count,
    mean_per_request: mean,
    median_per_request: costs.quantiles([0.5])[0] ?? null,
    cost_per_1k_requests: mean === null ? null : mean * 1e3,
    cost_per_1m_requests: mean === null ? null : mean * 1e6,
    coverage: {
      priced: count,
      unknown,
      not_applicable: requests - count - unknown,
      unknown_models: unknownModels.toRecord(),
      reasons,
    },
  };
}
