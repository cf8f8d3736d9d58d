import type { Catalog, FieldDefinition } from '../definition.ts';
import { beginning, context, cost, ending, failure, outcome } from './fields.ts';

type Fields = Readonly<Record<string, FieldDefinition>>;

// Taken among the measurements and in the metadata: some emitters see them as numbers, some as context.
const inputSizes = {
  input_size: { type: 'integer', description: 'Size of the input, in the unit of the model.' },
  batch_size: { type: 'integer', unit: 'inputs', description: 'Inputs in one call.' },
} as const satisfies Fields;

const sizes = {
  ...inputSizes,
  output_size: { type: 'integer', description: 'Size of the output, in the unit of the model.' },
} as const satisfies Fields;

const served = {
  model_name: { type: 'string', description: 'The deployed model.' },
  model_version: { type: ['string', 'integer'], description: 'Its version.' },
  request_id: { type: ['string', 'integer'], description: 'Id of the request.' },
  endpoint: { type: 'string', description: 'Where it is served.' },
  device: { type: 'string', description: 'What it runs on: `cpu`, `cuda:0`, `wasm`.' },
  input: { type: 'any', description: 'The input.' },
  ...context,
} as const satisfies Fields;

export const deployment = {
  'crucible_deployment.inference.start': {
    category: 'deployment',
    description: 'An inference of a deployed model begins.',
    fields: { measurements: { ...beginning, ...inputSizes }, metadata: { ...served, ...inputSizes } },
  },
  'crucible_deployment.inference.stop': {
    category: 'deployment',
    description: 'An inference of a deployed model ended.',
    request: true,
    fields: {
      measurements: { ...ending, ...sizes, ...cost },
      metadata: {
        ...served,
        ...sizes,
        response: { type: 'any', description: 'The output.' },
        ...outcome,
      },
    },
  },
  'crucible_deployment.inference.exception': {
    category: 'deployment',
    description: 'An inference of a deployed model failed.',
    request: true,
    fields: { measurements: { ...ending, ...sizes, ...cost }, metadata: { ...served, ...sizes, ...failure } },
  },
} as const satisfies Catalog;
