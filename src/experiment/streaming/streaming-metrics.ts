import type { ColumnBatch } from '../../record/batch.ts';
import type { FieldName } from '../../record/event-record.ts';
import { fieldIndex } from '../../record/fields.ts';
import { RequestLeaves } from '../../record/request-leaves.ts';
import { Row } from '../../record/row.ts';
import { type WilsonInterval, wilsonInterval } from '../../stats/wilson.ts';
import { type SeriesSummary, StreamingSeries } from './series.ts';
import { TrainingSeries, type TrainingSeriesSummary } from './training-series.ts';

const LATENCY = fieldIndex('latency_ms');
const COST = fieldIndex('cost_usd');
const SUCCESS = fieldIndex('success');
const INPUT_TOKENS = fieldIndex('input_tokens');
const OUTPUT_TOKENS = fieldIndex('output_tokens');
const TRACE_ID = fieldIndex('trace_id');
const SPAN_ID = fieldIndex('span_id');
const PARENT_SPAN_ID = fieldIndex('parent_span_id');
const TRAINING = ['loss', 'accuracy', 'learning_rate', 'gradient_norm'] as const;
const TRAINING_ROLES = TRAINING.map(fieldIndex);

/** The fields that `observeBatch` looks at beside the event's name. */
export const STREAMED_FIELDS: readonly FieldName[] = [
  'category',
  'latency_ms',
  'cost_usd',
  'success',
  'input_tokens',
  'output_tokens',
  'trace_id',
  'span_id',
  'parent_span_id',
  ...TRAINING,
];
const STREAMED_ROLES = STREAMED_FIELDS.filter((name) => name !== 'category').map(fieldIndex);

const MAX_EVENT_NAMES = 10_000;

/** Live metrics of an experiment. The meaning of each number is that of `metrics()`; latency is that of requests that did not fail. */
export interface StreamingSummary {
  readonly total_events: number;
  /** Events by name. */
  readonly events: Readonly<Record<string, number>>;
  readonly latency: SeriesSummary;
  readonly cost: SeriesSummary;
  readonly tokens: { readonly input: SeriesSummary; readonly output: SeriesSummary };
  readonly reliability: {
    readonly total_requests: number;
    readonly successful: number;
    readonly failed: number;
    readonly success_rate: number | null;
    readonly success_rate_ci: WilsonInterval | null;
    readonly failure_rate: number | null;
  };
  readonly training: Readonly<Record<(typeof TRAINING)[number], TrainingSeriesSummary>>;
}

/**
 * Metrics that are up to date after every event and take the same memory however many there are. They see an event before
 * it is sampled, so that totals stay exact under sampling.
 */
export class StreamingMetrics {
  #total = 0;
  readonly #events = new Map<string, { count: number }>();
  readonly #latency = new StreamingSeries();
  readonly #cost = new StreamingSeries();
  readonly #inputTokens = new StreamingSeries();
  readonly #outputTokens = new StreamingSeries();
  readonly #training = TRAINING.map(() => new TrainingSeries());
  readonly #leaves = new RequestLeaves();
  #successful = 0;
  #failed = 0;
  #lastName = '';
  #lastCounter = { count: 0 };

  observe(row: Row): void {
    this.#total++;
    this.#countName(row.eventName);
    if (row.category === 'training') this.#observeTraining(row);
    if ((!row.request && !row.has(SPAN_ID)) || row.eventName.endsWith('.start')) return;
    if (row.has(PARENT_SPAN_ID) || row.has(SPAN_ID)) {
      const text = (role: number) => (row.has(role) ? row.texts[role] : undefined);
      if (!this.#leaves.observe(text(TRACE_ID), text(SPAN_ID), text(PARENT_SPAN_ID), row.request)) return;
    }
    this.#observeRequest(row);
  }

  /** Adds events that were recorded earlier. */
  observeBatch(batch: ColumnBatch, isRequest: (eventName: string) => boolean): void {
    const row = new Row();
    for (let i = 0; i < batch.rows; i++) {
      row.eventName = batch.eventName(i);
      row.category = batch.value('category', i) as string | null;
      row.request = isRequest(row.eventName);
      for (const role of STREAMED_ROLES) {
        const value = batch.field(role, i);
        if (value !== null) row.set(role, value);
      }
      this.observe(row);
      row.clear();
    }
  }

  /** Adds what another instance saw. */
  merge(other: StreamingMetrics): void {
    this.#total += other.#total;
    for (const [name, { count }] of other.#events) this.#counter(name).count += count;
    this.#latency.merge(other.#latency);
    this.#cost.merge(other.#cost);
    this.#inputTokens.merge(other.#inputTokens);
    this.#outputTokens.merge(other.#outputTokens);
    this.#training.forEach((series, i) => {
      series.merge(other.#training[i]!);
    });
    this.#successful += other.#successful;
    this.#failed += other.#failed;
  }

  summary(): StreamingSummary {
    const judged = this.#successful + this.#failed;
    return {
      total_events: this.#total,
      events: Object.fromEntries([...this.#events].map(([name, { count }]) => [name, count])),
      latency: this.#latency.summary(),
      cost: this.#cost.summary(),
      tokens: { input: this.#inputTokens.summary(), output: this.#outputTokens.summary() },
      reliability: {
        total_requests: judged,
        successful: this.#successful,
        failed: this.#failed,
        success_rate: judged === 0 ? null : this.#successful / judged,
        success_rate_ci: judged === 0 ? null : wilsonInterval(this.#successful, judged),
        failure_rate: judged === 0 ? null : this.#failed / judged,
      },
      training: Object.fromEntries(
        TRAINING.map((name, i) => [name, this.#training[i]!.summary()]),
      ) as StreamingSummary['training'],
    };
  }

  #observeRequest(row: Row): void {
    const { numbers } = row;
    let failed = false;
    if (row.has(SUCCESS)) {
      failed = numbers[SUCCESS] === 0;
      if (failed) this.#failed++;
      else this.#successful++;
    }
    if (!failed && row.has(LATENCY)) this.#latency.add(numbers[LATENCY]!);
    if (row.has(COST)) this.#cost.add(numbers[COST]!);
    if (row.has(INPUT_TOKENS)) this.#inputTokens.add(numbers[INPUT_TOKENS]!);
    if (row.has(OUTPUT_TOKENS)) this.#outputTokens.add(numbers[OUTPUT_TOKENS]!);
  }

  #observeTraining(row: Row): void {
    for (let i = 0; i < TRAINING_ROLES.length; i++) {
      const role = TRAINING_ROLES[i]!;
      if (row.has(role)) this.#training[i]!.add(row.eventName, row.numbers[role]!);
    }
  }

  #countName(name: string): void {
    if (name !== this.#lastName) {
      this.#lastCounter = this.#counter(name);
      this.#lastName = name;
    }
    this.#lastCounter.count++;
  }

  // Names made from data would grow the table without end: beyond the limit they share one line.
  #counter(name: string): { count: number } {
    let counter = this.#events.get(name);
    if (!counter) {
      const key = this.#events.size < MAX_EVENT_NAMES ? name : '(other)';
      counter = this.#events.get(key) ?? { count: 0 };
      this.#events.set(key, counter);
    }
    return counter;
  }
}
