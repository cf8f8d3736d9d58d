import type { Catalog, FieldDefinition } from '../definition.ts';
import { beginning, context, ending, failure, outcome } from './fields.ts';

type Fields = Readonly<Record<string, FieldDefinition>>;

// Taken among the measurements and in the metadata: some emitters see them as numbers, some as context.
const position = {
  epoch: { type: 'integer', description: 'Training epoch.' },
  batch: { type: 'integer', description: 'Batch within the epoch.' },
  step: { type: 'integer', description: 'Global training step.' },
} as const satisfies Fields;

const progress = {
  ...position,
  loss: { type: 'number', description: 'Value of the loss.' },
  accuracy: { type: 'number', description: 'Accuracy as a fraction.' },
  val_loss: { type: 'number', description: 'Loss on the validation data.' },
  val_accuracy: { type: 'number', description: 'Accuracy on the validation data as a fraction.' },
  perplexity: { type: 'number', description: 'Perplexity.' },
  learning_rate: { type: 'number', description: 'Learning rate.' },
  gradient_norm: { type: 'number', description: 'Norm of the gradient.' },
  samples: { type: 'integer', unit: 'samples', description: 'Data items processed.' },
  tokens: { type: 'integer', unit: 'tokens', description: 'Tokens processed.' },
} as const satisfies Fields;

const plan = {
  epochs: { type: 'integer', unit: 'epochs', description: 'Epochs that are planned, or were completed.' },
  batch_size: { type: 'integer', unit: 'samples', description: 'Data items in a batch.' },
} as const satisfies Fields;

const job = {
  run_id: { type: ['string', 'integer'], description: 'Id of the training run.' },
  job_id: { type: ['string', 'integer'], description: 'Id of the job that runs it.' },
  model_name: { type: 'string', description: 'The model that is trained.' },
  model_version: { type: ['string', 'integer'], description: 'Its version.' },
  dataset: { type: 'string', description: 'The data it is trained on.' },
  optimizer: { type: 'string', description: 'The optimizer.' },
  seed: { type: ['integer', 'string'], description: 'Seed of the run.' },
  batch_size: { type: 'integer', unit: 'samples', description: 'Data items in a batch.' },
  ...context,
} as const satisfies Fields;

const place = { ...job, ...position } as const satisfies Fields;

const checkpointPath = {
  checkpoint_path: { type: 'string', description: 'Where the checkpoint was saved.' },
} as const satisfies Fields;

export const training = {
  'crucible_train.training.start': {
    category: 'training',
    description: 'A training job begins.',
    fields: {
      measurements: { ...beginning, ...plan, learning_rate: progress.learning_rate, samples: progress.samples },
      metadata: { ...job, config: { type: 'object', description: 'The configuration of the job.' } },
    },
  },
  'crucible_train.training.stop': {
    category: 'training',
    description: 'A training job ended, with its final metrics.',
    fields: {
      measurements: { ...ending, ...plan, ...progress },
      metadata: { ...place, ...checkpointPath, ...outcome },
    },
  },
  'crucible_train.training.exception': {
    category: 'training',
    description: 'A training job failed.',
    fields: {
      measurements: { ...ending, ...plan, ...progress },
      metadata: { ...place, ...checkpointPath, ...failure },
    },
  },
  'crucible_train.epoch.start': {
    category: 'training',
    description: 'An epoch begins.',
    fields: { measurements: { ...beginning, ...position, learning_rate: progress.learning_rate }, metadata: place },
  },
  'crucible_train.epoch.stop': {
    category: 'training',
    description: 'An epoch ended, with its metrics.',
    fields: { measurements: { ...ending, ...progress }, metadata: { ...place, ...outcome } },
  },
  'crucible_train.epoch.exception': {
    category: 'training',
    description: 'An epoch failed.',
    fields: { measurements: { ...ending, ...progress }, metadata: { ...place, ...failure } },
  },
  'crucible_train.batch.stop': {
    category: 'training',
    description: 'A batch ended, with its loss.',
    fields: {
      measurements: { ...ending, ...progress, batch_size: plan.batch_size },
      metadata: { ...place, ...outcome },
    },
  },
  'crucible_train.checkpoint.saved': {
    category: 'training',
    description: 'A checkpoint was saved.',
    fields: {
      measurements: {
        ...ending,
        ...progress,
        size_bytes: { type: 'integer', unit: 'bytes', description: 'Size of the checkpoint.' },
      },
      metadata: {
        ...place,
        ...checkpointPath,
        path: { type: 'string', description: 'Other spelling of `checkpoint_path`.' },
        best: { type: 'boolean', description: 'Whether it is the best so far.' },
        ...outcome,
      },
    },
  },
} as const satisfies Catalog;
