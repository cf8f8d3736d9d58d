import { EVENT_NAME, MODELS, makeValues, measurementsOf, metadataOf } from './event.js';

const START = Date.UTC(2026, 0, 1) * 1000;
const PART = 100_000;

/** What somebody without this library keeps: an array of objects, one for each event, enriched the same way. */
export function plainRecords(count, stepMicros) {
  const records = [];
  for (let done = 0; done < count; done += PART) {
    const values = makeValues(Math.min(PART, count - done), done + 1);
    for (let i = 0; i < values.count; i++) {
      const metadata = metadataOf(values, i, MODELS[i & 3]);
      records.push({
        event_name: EVENT_NAME,
        timestamp: START + (done + i) * stepMicros,
        latency_ms: values.durations[i],
        cost_usd: metadata.tokens.total * 5e-6,
        success: true,
        measurements: measurementsOf(values, i),
        metadata,
      });
    }
  }
  return records;
}

/** Counts, moments and percentiles of latency, success rate, cost and tokens of records, in one pass and a sort. */
export function summarisePlain(records) {
  const latencies = new Float64Array(records.length);
  const events = new Map();
  let successful = 0;
  let failed = 0;
  let cost = 0;
  let priced = 0;
  let prompt = 0;
  let completion = 0;
  let mean = 0;
  let squares = 0;
  let n = 0;
  for (const record of records) {
    events.set(record.event_name, (events.get(record.event_name) ?? 0) + 1);
    if (record.success === true) successful++;
    else if (record.success === false) failed++;
    if (record.success !== false && record.latency_ms !== null) {
      latencies[n++] = record.latency_ms;
      const difference = record.latency_ms - mean;
      mean += difference / n;
      squares += difference * (record.latency_ms - mean);
    }
    if (record.cost_usd !== null) {
      cost += record.cost_usd;
      priced++;
    }
    prompt += record.metadata.tokens.prompt;
    completion += record.metadata.tokens.completion;
  }
  const sorted = latencies.subarray(0, n).sort();
  const at = (p) => sorted[Math.floor(p * (n - 1))];
  return {
    events: Object.fromEntries(events),
    latency: { mean, std_dev: Math.sqrt(squares / (n - 1)), p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) },
    reliability: { successful, failed, success_rate: successful / (successful + failed) },
    cost: { total: cost, mean: cost / priced },
    tokens: { prompt, completion },
  };
}
