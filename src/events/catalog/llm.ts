import type { EventDefinition } from '../definition.ts';
export const llm = {
  'req_llm.request.stop': {
    category: 'llm', description: 'x', request: true,
    fields: {
      measurements: { duration: { type: 'duration', description: 'd' }, input_tokens: { type: 'integer', description: '' } },
      metadata: { model: { type: 'string', description: 'm' }, sample_id: { type: ['string', 'integer'], description: '' },
        tokens: { type: 'object', description: 't', fields: { prompt: { type: 'integer', description: 'p' } } }, error: { type: 'any', description: 'e' } },
    },
  },
} as const satisfies Record<string, EventDefinition>;
