import type { Catalog } from '../definition.ts';
import { beginning, context } from './fields.ts';

export const trace = {
  'causal_trace.event.created': {
    category: 'trace',
    description: 'A step of reasoning was noted in a causal trace.',
    fields: {
      measurements: {
        ...beginning,
        confidence: { type: 'number', description: 'Confidence in the decision, as a fraction.' },
      },
      metadata: {
        trace_event_id: { type: ['string', 'integer'], description: 'Id of the step.' },
        parent_event_id: { type: ['string', 'integer'], description: 'The step that led to it.' },
        event_type: { type: 'string', description: 'Kind of step: `hypothesis_formed`, `alternative_rejected`.' },
        decision: { type: 'string', description: 'What was decided.' },
        alternatives: { type: 'array', description: 'What else was considered.' },
        reasoning: { type: 'string', description: 'Why it was decided so.' },
        ...context,
      },
    },
  },
} as const satisfies Catalog;
