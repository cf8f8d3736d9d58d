import type { Catalog } from '../definition.ts';
import { context } from './fields.ts';

export const evaluation = {
  'eval.score.recorded': {
    category: 'eval',
    description: 'An answer was scored.',
    fields: {
      measurements: {
        score: { type: 'number', description: 'The score; a yes or no counts as 1 or 0.' },
      },
      metadata: {
        name: { type: 'string', description: 'What is scored: `exact_match`, `faithfulness`.' },
        label: { type: 'string', description: 'The score in a word.' },
        explanation: { type: 'string', description: 'Why the score is what it is.' },
        evaluator: { type: 'string', description: 'Who scored it: a function, a model, a person.' },
        ...context,
      },
    },
  },
} as const satisfies Catalog;
