/** What an experiment writes into each of its records. The public `Experiment` has these properties, so it can be passed as one. */
export interface ExperimentContext {
  readonly id: string;
  readonly name?: string | null;
  readonly study?: string | null;
  readonly condition?: string | null;
  readonly replicate?: string | null;
  readonly tags?: readonly string[];
  /** Tells it from one that had its id before or has it after, in microseconds since the Unix epoch. */
  readonly started_at?: number | null;
}

/** How an event came to its experiment. */
export type RecordScope = 'run' | 'process' | 'explicit' | 'ingest';

/** One row: an event with its experiment's context. A field that does not apply is null; NaN is a value. See `FIELDS`. */
export interface EventRecord {
  event_id: string;
  event_name: string;
  category: string | null;
  timestamp: number;
  writer_id: string;
  sequence: number;
  scope: RecordScope;
  experiment_id: string;
  experiment_name: string | null;
  study: string | null;
  condition: string | null;
  replicate: string | null;
  tags: readonly string[];
  measurements: Record<string, unknown>;
  metadata: Record<string, unknown>;
  latency_ms: number | null;
  cost_usd: number | null;
  cost_source: string | null;
  success: boolean | null;
  session_id: string | null;
  user_id: string | null;
  sample_id: string | null;
  cohort: string | null;
  model: string | null;
  provider: string | null;
  trace_id: string | null;
  span_id: string | null;
  parent_span_id: string | null;
  correlation_id: string | null;
  inclusion_probability: number | null;
  epoch: number | null;
  batch: number | null;
  step: number | null;
  loss: number | null;
  accuracy: number | null;
  learning_rate: number | null;
  gradient_norm: number | null;
  checkpoint_path: string | null;
  model_name: string | null;
  model_version: string | null;
  input_size: number | null;
  output_size: number | null;
  batch_size: number | null;
  pipeline_id: string | null;
  stage_name: string | null;
  stage_index: number | null;
  input_tokens: number | null;
  output_tokens: number | null;
  cached_input_tokens: number | null;
  reasoning_tokens: number | null;
}

/** The name of a fixed field. */
export type FieldName = keyof EventRecord;
