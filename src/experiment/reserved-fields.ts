/**
 * Fields of a record that recording itself decides. Neither the context of a run, nor an enricher, nor an ingested event sets
 * them: a record that says another experiment or another time than the one it was kept under would corrupt every reader.
 */
export const RESERVED_FIELDS: ReadonlySet<string> = new Set([
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
  'measurements',
  'metadata',
]);
