import type { LatencyMetrics } from '../experiment-metrics.ts';
import type { ValueList } from './value-list.ts';

const PROBABILITIES = [0.5, 0.9, 0.95, 0.99];

/** The latencies of events that did not fail, beside the rate of those that did. */
export function latencyMetrics(latencies: ValueList, successful: number, failed: number): LatencyMetrics {
  const { count, mean, std_dev, min, max } = latencies.description;
  const [p50, p90, p95, p99] = latencies.quantiles(PROBABILITIES) as [
    number | null,
    number | null,
    number | null,
    number | null,
  ];
  const judged = successful + failed;
  return {
    count,
    mean,
    median: p50,
    std_dev,
    min,
    max,
    p50,
    p90,
    p95,
    p99,
    failure_rate: judged === 0 ? null : failed / judged,
    non_finite: latencies.nonFinite,
  };
}
