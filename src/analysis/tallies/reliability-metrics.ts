import { type WilsonInterval, wilsonInterval } from '../../stats/wilson.ts';
import type { ReliabilityMetrics, Support } from '../experiment-metrics.ts';

/** How reliable `count` events were, of which some may have no outcome. */
export function reliabilityMetrics(count: number, successful: number, failed: number): ReliabilityMetrics {
  const judged = successful + failed;
  const rate = judged === 0 ? null : successful / judged;
  const interval = wilsonInterval(successful, judged);
  return {
    total_requests: judged,
    successful,
    failed,
    unjudged: count - judged,
    success_rate: rate,
    success_rate_ci: interval,
    failure_rate: judged === 0 ? null : failed / judged,
    sla_99: reaches(rate, 0.99),
    sla_999: reaches(rate, 0.999),
    sla_9999: reaches(rate, 0.9999),
    sla_99_supported: support(interval, 0.99),
    sla_999_supported: support(interval, 0.999),
    sla_9999_supported: support(interval, 0.9999),
  };
}

/** Whether an observed rate is at least a level. */
export function reaches(rate: number | null, level: number): boolean | null {
  return rate === null ? null : rate >= level;
}

/** What an interval says of a level. */
export function support(interval: WilsonInterval | null, level: number): Support {
  if (interval === null) return 'unknown';
  return interval.low >= level ? 'yes' : interval.high < level ? 'no' : 'unknown';
}
