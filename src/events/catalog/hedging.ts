import type { Catalog, FieldDefinition } from '../definition.ts';
import { beginning, context, cost, ending, failure, outcome } from './fields.ts';

type Fields = Readonly<Record<string, FieldDefinition>>;

const delay = {
  delay: { type: 'duration', unit: 'ms', description: 'How long to wait for an answer before asking again.' },
} as const satisfies Fields;

const attempts = {
  attempts: { type: 'integer', unit: 'requests', description: 'Requests that were sent, the first included.' },
} as const satisfies Fields;

const hedged = {
  request_id: { type: ['string', 'integer'], description: 'Id of the hedged request.' },
  strategy: { type: 'string', description: 'How the delay is chosen: `fixed`, `percentile`, `adaptive`.' },
  provider: { type: 'string', description: 'Who is asked first.' },
  model: { type: 'string', description: 'The model that is asked first.' },
  ...context,
} as const satisfies Fields;

export const hedging = {
  'hedging.request.start': {
    category: 'hedging',
    description: 'A hedged request begins: its first copy is sent.',
    fields: { measurements: { ...beginning, ...delay }, metadata: hedged },
  },
  'hedging.request.duplicated': {
    category: 'hedging',
    description: 'The answer was late, and the request was sent once more.',
    fields: {
      measurements: {
        ...beginning,
        ...delay,
        elapsed: { type: 'duration', unit: 'ms', description: 'Time since the first copy was sent.' },
        attempt: { type: 'integer', description: 'Which copy this is; the first request is 1.' },
      },
      metadata: {
        ...hedged,
        backup_provider: { type: 'string', description: 'Who is asked now.' },
        backup_model: { type: 'string', description: 'The model that is asked now.' },
      },
    },
  },
  'hedging.request.stop': {
    category: 'hedging',
    description: 'A hedged request ended with the first answer.',
    fields: {
      measurements: { ...ending, ...delay, ...attempts, ...cost },
      metadata: {
        ...hedged,
        hedged: { type: 'boolean', description: 'Whether a second copy was sent.' },
        winner: {
          type: ['string', 'integer'],
          description: 'Which copy answered: `primary`, `backup`, or its number.',
        },
        ...outcome,
      },
    },
  },
  'hedging.request.exception': {
    category: 'hedging',
    description: 'A hedged request failed: no copy was answered.',
    fields: { measurements: { ...ending, ...delay, ...attempts, ...cost }, metadata: { ...hedged, ...failure } },
  },
} as const satisfies Catalog;
