import type { Catalog, FieldDefinition } from '../definition.ts';
import { beginning, context, cost, ending, failure, outcome } from './fields.ts';

type Fields = Readonly<Record<string, FieldDefinition>>;

const members = {
  model_count: { type: 'integer', unit: 'models', description: 'Models that were asked.' },
} as const satisfies Fields;

const consensus = {
  agreement: { type: 'number', description: 'Share of the votes that the winner has, as a fraction.' },
  confidence: { type: 'number', description: 'Confidence in the answer, as a fraction.' },
} as const satisfies Fields;

const ensembleContext = {
  ensemble_id: { type: ['string', 'integer'], description: 'Id of the ensemble.' },
  prediction_id: { type: ['string', 'integer'], description: 'Id of this prediction.' },
  strategy: { type: 'string', description: 'How votes become an answer: `majority`, `weighted`, `best_of`.' },
  models: { type: 'array', description: 'The models of the ensemble.' },
  ...context,
} as const satisfies Fields;

export const ensemble = {
  'ensemble.prediction.start': {
    category: 'ensemble',
    description: 'An ensemble is asked for a prediction.',
    fields: { measurements: { ...beginning, ...members }, metadata: ensembleContext },
  },
  'ensemble.prediction.stop': {
    category: 'ensemble',
    description: 'An ensemble answered.',
    fields: {
      measurements: { ...ending, ...members, ...consensus, ...cost },
      metadata: {
        ...ensembleContext,
        response: { type: 'any', description: 'The answer of the ensemble.' },
        ...outcome,
      },
    },
  },
  'ensemble.prediction.exception': {
    category: 'ensemble',
    description: 'An ensemble failed to answer.',
    fields: { measurements: { ...ending, ...members, ...cost }, metadata: { ...ensembleContext, ...failure } },
  },
  'ensemble.vote.completed': {
    category: 'ensemble',
    description: 'The votes of an ensemble were counted.',
    fields: {
      measurements: {
        ...ending,
        votes: { type: 'integer', unit: 'votes', description: 'Votes that were counted.' },
        winner_votes: { type: 'integer', unit: 'votes', description: 'Votes for the winner.' },
        ...consensus,
      },
      metadata: {
        ...ensembleContext,
        winner: { type: 'any', description: 'The answer that won.' },
        candidates: { type: ['array', 'object'], description: 'The answers, or the votes of each.' },
        tie: { type: 'boolean', description: 'Whether a tie had to be broken.' },
        ...outcome,
      },
    },
  },
} as const satisfies Catalog;
