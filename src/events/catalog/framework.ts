import type { Catalog, FieldDefinition } from '../definition.ts';
import { beginning, context, cost, ending, failure, outcome } from './fields.ts';

type Fields = Readonly<Record<string, FieldDefinition>>;

const count = {
  stages: { type: 'integer', unit: 'stages', description: 'Stages of the pipeline.' },
} as const satisfies Fields;

const items = {
  items: { type: 'integer', unit: 'items', description: 'Data items processed.' },
} as const satisfies Fields;

// Taken among the measurements and in the metadata: some emitters see it as a number, some as context.
const index = {
  stage_index: { type: 'integer', description: 'Position of the stage, from 0.' },
} as const satisfies Fields;

const pipeline = {
  pipeline_id: { type: ['string', 'integer'], description: 'Id of the pipeline.' },
  pipeline_name: { type: 'string', description: 'Name of the pipeline.' },
  ...context,
} as const satisfies Fields;

const stage = {
  ...pipeline,
  stage_name: { type: 'string', description: 'Name of the stage.' },
  ...index,
} as const satisfies Fields;

export const framework = {
  'crucible_framework.pipeline.start': {
    category: 'framework',
    description: 'A pipeline begins.',
    fields: {
      measurements: { ...beginning, ...count },
      metadata: { ...pipeline, config: { type: 'object', description: 'The configuration of the pipeline.' } },
    },
  },
  'crucible_framework.pipeline.stop': {
    category: 'framework',
    description: 'A pipeline ended.',
    fields: { measurements: { ...ending, ...count, ...items, ...cost }, metadata: { ...pipeline, ...outcome } },
  },
  'crucible_framework.pipeline.exception': {
    category: 'framework',
    description: 'A pipeline failed.',
    fields: { measurements: { ...ending, ...count, ...items, ...cost }, metadata: { ...pipeline, ...failure } },
  },
  'crucible_framework.stage.start': {
    category: 'framework',
    description: 'A stage of a pipeline begins.',
    fields: { measurements: { ...beginning, ...index }, metadata: stage },
  },
  'crucible_framework.stage.stop': {
    category: 'framework',
    description: 'A stage of a pipeline ended.',
    fields: { measurements: { ...ending, ...index, ...items, ...cost }, metadata: { ...stage, ...outcome } },
  },
  'crucible_framework.stage.exception': {
    category: 'framework',
    description: 'A stage of a pipeline failed.',
    fields: { measurements: { ...ending, ...index, ...items, ...cost }, metadata: { ...stage, ...failure } },
  },
} as const satisfies Catalog;
