import { eventInfo } from '../../src/events/registry.ts';
import type { EventRecord } from '../../src/record/event-record.ts';

/** The quantile of type 7 of a list, by sorting it. */
export function naiveQuantile(values: readonly number[], p: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * p;
  const low = sorted[Math.floor(position)]!;
  return low + (sorted[Math.ceil(position)]! - low) * (position - Math.floor(position));
}

export function naiveMean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function naiveDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = naiveMean(values)!;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

export function isRequest(record: EventRecord): boolean {
  return eventInfo(record.event_name)?.request === true;
}

/** The requests in whose span no other request lies, by walking up from every request. */
export function leafRequests(records: readonly EventRecord[]): EventRecord[] {
  const key = (record: EventRecord, span: string | null) => (span === null ? null : `${record.trace_id} ${span}`);
  const parents = new Map<string, string>();
  for (const record of records) {
    const span = key(record, record.span_id);
    const parent = key(record, record.parent_span_id);
    if (span && parent && span !== parent) parents.set(span, parent);
  }
  const enclosing = new Set<string>();
  for (const record of records.filter(isRequest)) {
    const own = key(record, record.span_id);
    let span = key(record, record.parent_span_id) ?? (own ? (parents.get(own) ?? null) : null);
    while (span && span !== own) {
      enclosing.add(span);
      span = parents.get(span) ?? null;
    }
  }
  return records.filter((record) => isRequest(record) && !enclosing.has(key(record, record.span_id) ?? ''));
}

/** What the tests compare of the numbers of some records, in the plainest way. */
export function naiveNumbers(records: readonly EventRecord[]) {
  const latencies = records.filter(({ success }) => success !== false).map(({ latency_ms }) => latency_ms);
  const latency = latencies.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const costs = records
    .map(({ cost_usd }) => cost_usd)
    .filter((value) => value !== null && Number.isFinite(value)) as number[];
  const successful = records.filter(({ success }) => success === true).length;
  const failed = records.filter(({ success }) => success === false).length;
  const priced = new Set(records.filter(({ cost_usd }) => cost_usd !== null && Number.isFinite(cost_usd)));
  const unknown = records.filter(
    (record) => !priced.has(record) && (record.cost_usd !== null || record.cost_source !== null),
  );
  return {
    count: records.length,
    latency: {
      count: latency.length,
      mean: naiveMean(latency),
      median: naiveQuantile(latency, 0.5),
      std_dev: naiveDeviation(latency),
      min: latency.length === 0 ? null : Math.min(...latency),
      max: latency.length === 0 ? null : Math.max(...latency),
      p50: naiveQuantile(latency, 0.5),
      p90: naiveQuantile(latency, 0.9),
      p95: naiveQuantile(latency, 0.95),
      p99: naiveQuantile(latency, 0.99),
      failure_rate: successful + failed === 0 ? null : failed / (successful + failed),
      non_finite: latencies.filter((value) => value !== null && !Number.isFinite(value)).length,
    },
    cost: {
      total: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
      count: costs.length,
      mean_per_request: naiveMean(costs),
      median_per_request: naiveQuantile(costs, 0.5),
      priced: costs.length,
      unknown: unknown.length,
      not_applicable: records.length - costs.length - unknown.length,
    },
    reliability: {
      total_requests: successful + failed,
      successful,
      failed,
      unjudged: records.length - successful - failed,
    },
  };
}
