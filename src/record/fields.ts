/** How a fixed field of a record is kept. `integer` is a number without a fraction; `timestamp` is microseconds. */
export type FieldType = 'string' | 'number' | 'integer' | 'boolean' | 'timestamp' | 'strings' | 'object';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly description: string;
}

const field = (name: string, type: FieldType, description: string): Field => ({ name, type, description });

/**
 * The fields of a record in their fixed order: that of the columns of every file and of the JSON Schema. Names, types and order
 * are part of the file format; new fields go to the end of their group only with a new schema version.
 */
export const FIELDS: readonly Field[] = [
  field('event_id', 'string', 'Unique name of the record: its writer and sequence, or the id it was ingested with.'),
  field('event_name', 'string', 'Dotted name of the event.'),
  field('category', 'string', 'Category of the event in the registry; null for an event that is not registered.'),
  field('timestamp', 'timestamp', 'When it happened: microseconds since the Unix epoch, UTC.'),
  field('writer_id', 'string', 'The process or thread that recorded it.'),
  field('sequence', 'integer', 'Position among the records of its writer, from 0.'),
  field('scope', 'string', 'How it came to the experiment: run, process, explicit or ingest.'),
  field('experiment_id', 'string', 'Id of the experiment.'),
  field('experiment_name', 'string', 'Name of the experiment.'),
  field('study', 'string', 'Name shared by the experiments that are to be compared.'),
  field('condition', 'string', 'Condition of the experiment, such as control or treatment.'),
  field('replicate', 'string', 'Which of several experiments of one condition: a seed, a day.'),
  field('tags', 'strings', 'Tags of the experiment.'),
  field('measurements', 'object', 'The numbers of the event as they were emitted.'),
  field('metadata', 'object', 'The context of the event as it was emitted.'),
  field('latency_ms', 'number', 'Duration of the operation in milliseconds.'),
  field('cost_usd', 'number', 'Cost of the operation in US dollars.'),
  field('cost_source', 'string', 'Where the price came from, or why the cost is null.'),
  field('success', 'boolean', 'Whether the operation succeeded; null where that has no meaning.'),
  field('session_id', 'string', 'The session or conversation it belongs to.'),
  field('user_id', 'string', 'The user it belongs to.'),
  field('sample_id', 'string', 'The data item it belongs to; pairs events across conditions.'),
  field('cohort', 'string', 'The cohort it belongs to.'),
  field('model', 'string', 'Model that was asked for.'),
  field('provider', 'string', 'Provider of the model.'),
  field('trace_id', 'string', 'The trace it is part of.'),
  field('span_id', 'string', 'The span that it begins or ends.'),
  field('parent_span_id', 'string', 'The span that encloses it.'),
  field('correlation_id', 'string', 'An id of the host that ties it to other systems.'),
  field('inclusion_probability', 'number', 'Probability with which it was sampled; null when nothing is sampled.'),
  field('epoch', 'integer', 'Training epoch.'),
  field('batch', 'integer', 'Batch within the epoch.'),
  field('step', 'integer', 'Global training step.'),
  field('loss', 'number', 'Value of the loss.'),
  field('accuracy', 'number', 'Accuracy as a fraction.'),
  field('learning_rate', 'number', 'Learning rate.'),
  field('gradient_norm', 'number', 'Norm of the gradient.'),
  field('checkpoint_path', 'string', 'Where a checkpoint was saved.'),
  field('model_name', 'string', 'Deployed model.'),
  field('model_version', 'string', 'Version of the deployed model.'),
  field('input_size', 'integer', 'Size of the input of an inference.'),
  field('output_size', 'integer', 'Size of the output of an inference.'),
  field('batch_size', 'integer', 'Items in a batch.'),
  field('pipeline_id', 'string', 'Pipeline it is part of.'),
  field('stage_name', 'string', 'Stage of the pipeline.'),
  field('stage_index', 'integer', 'Position of the stage, from 0.'),
  field('input_tokens', 'integer', 'Input tokens, cached ones included.'),
  field('output_tokens', 'integer', 'Output tokens, reasoning ones included.'),
  field('cached_input_tokens', 'integer', 'Input tokens read from a cache.'),
  field('reasoning_tokens', 'integer', 'Output tokens spent on reasoning.'),
];

/** Fields that the recorder and its experiment write, whatever an event says. */
export const CONTEXT_FIELDS: ReadonlySet<string> = new Set([
  'event_name',
  'category',
  'timestamp',
  'writer_id',
  'sequence',
  'scope',
  'experiment_id',
  'experiment_name',
  'study',
  'condition',
  'replicate',
  'tags',
]);

/** Version of the fields above, written into every exported and sealed file. */
export const SCHEMA_VERSION = 1;

const INDEX = new Map(FIELDS.map((entry, index) => [entry.name, index]));

/** Position of a field in `FIELDS`, or −1. */
export function fieldIndex(name: string): number {
  return INDEX.get(name) ?? -1;
}
