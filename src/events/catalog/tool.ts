import type { Catalog, FieldDefinition } from '../definition.ts';
import { beginning, context, cost, ending, failure, outcome } from './fields.ts';

type Fields = Readonly<Record<string, FieldDefinition>>;

const call = {
  tool_name: { type: 'string', description: 'The tool that is called.' },
  tool_call_id: { type: ['string', 'integer'], description: 'Id of the call.' },
  arguments: { type: 'any', description: 'What it is called with.' },
  ...context,
} as const satisfies Fields;

export const tool = {
  'altar.tool.start': {
    category: 'tool',
    description: 'A tool is called.',
    fields: { measurements: beginning, metadata: call },
  },
  'altar.tool.stop': {
    category: 'tool',
    description: 'A tool returned.',
    fields: {
      measurements: {
        ...ending,
        results: { type: 'integer', unit: 'results', description: 'Results that it returned.' },
        ...cost,
      },
      metadata: {
        ...call,
        result: { type: 'any', description: 'What it returned.' },
        cache: { type: 'string', description: '`hit` or `miss`.' },
        ...outcome,
      },
    },
  },
  'altar.tool.exception': {
    category: 'tool',
    description: 'A tool failed.',
    fields: { measurements: { ...ending, ...cost }, metadata: { ...call, ...failure } },
  },
} as const satisfies Catalog;
