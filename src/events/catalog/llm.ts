import type { Catalog, FieldDefinition } from '../definition.ts';
import { beginning, context, cost, ending, failure, outcome } from './fields.ts';

type Fields = Readonly<Record<string, FieldDefinition>>;

const request = {
  provider: { type: 'string', description: 'Who serves the model: `openai`, `anthropic`.' },
  model: { type: 'string', description: 'The model that was asked for.' },
  request_id: { type: ['string', 'integer'], description: 'Id of the request.' },
  operation: { type: 'string', description: 'Kind of request: `chat`, `text_completion`, `embeddings`.' },
  prompt: { type: 'any', description: 'The prompt.' },
  messages: { type: 'array', description: 'The messages of a chat.' },
  temperature: { type: 'number', description: 'Sampling temperature.' },
  top_p: { type: 'number', description: 'Nucleus sampling: share of the probability mass that is kept.' },
  max_tokens: { type: 'integer', unit: 'tokens', description: 'Most tokens the answer may have.' },
  seed: { type: 'integer', description: 'Seed of the sampling.' },
  stream: { type: 'boolean', description: 'Whether the answer was streamed.' },
  attempt: { type: 'integer', description: 'Which try of the same request this is, from 1.' },
  ...context,
} as const satisfies Fields;

const usage = {
  input_tokens: { type: 'integer', unit: 'tokens', description: 'Input tokens, cached ones included.' },
  output_tokens: { type: 'integer', unit: 'tokens', description: 'Output tokens, reasoning ones included.' },
  cached_input_tokens: { type: 'integer', unit: 'tokens', description: 'Input tokens read from a cache.' },
  reasoning_tokens: { type: 'integer', unit: 'tokens', description: 'Output tokens spent on reasoning.' },
  prompt_tokens: { type: 'integer', unit: 'tokens', description: 'Other spelling of `input_tokens`.' },
  completion_tokens: { type: 'integer', unit: 'tokens', description: 'Other spelling of `output_tokens`.' },
  total_tokens: { type: 'integer', unit: 'tokens', description: 'Input and output tokens together.' },
} as const satisfies Fields;

const tokens = {
  prompt: { type: 'integer', unit: 'tokens', description: 'Input tokens, cached ones included.' },
  completion: { type: 'integer', unit: 'tokens', description: 'Output tokens, reasoning ones included.' },
  total: { type: 'integer', unit: 'tokens', description: 'Input and output tokens together.' },
  input: { type: 'integer', unit: 'tokens', description: 'Other spelling of `prompt`.' },
  output: { type: 'integer', unit: 'tokens', description: 'Other spelling of `completion`.' },
  cached: { type: 'integer', unit: 'tokens', description: 'Input tokens read from a cache.' },
  reasoning: { type: 'integer', unit: 'tokens', description: 'Output tokens spent on reasoning.' },
} as const satisfies Fields;

const spent = {
  tokens: {
    type: 'object',
    unit: 'tokens',
    description: 'The tokens of the request, in either spelling.',
    fields: tokens,
  },
  usage: { type: 'object', description: 'The usage as the provider returns it.' },
  cost_source: { type: 'string', description: 'Where a reported cost comes from.' },
} as const satisfies Fields;

export const llm = {
  'req_llm.request.start': {
    category: 'llm',
    description: 'A request to a language model begins.',
    fields: { measurements: beginning, metadata: request },
  },
  'req_llm.request.stop': {
    category: 'llm',
    description: 'A request to a language model ended.',
    request: true,
    fields: {
      measurements: {
        ...ending,
        time_to_first_token: {
          type: 'duration',
          unit: 'ms',
          description: 'From the request to the first token of the answer.',
        },
        ...usage,
        ...cost,
      },
      metadata: {
        ...request,
        response: { type: 'any', description: 'The answer.' },
        response_id: { type: ['string', 'integer'], description: 'Id that the provider gave the answer.' },
        response_model: { type: 'string', description: 'The model that answered, as the provider names it.' },
        finish_reason: { type: 'string', description: 'Why the answer ended: `stop`, `length`, `tool_calls`.' },
        ...spent,
        ...outcome,
      },
    },
  },
  'req_llm.request.exception': {
    category: 'llm',
    description: 'A request to a language model failed.',
    request: true,
    fields: { measurements: { ...ending, ...usage, ...cost }, metadata: { ...request, ...spent, ...failure } },
  },
} as const satisfies Catalog;
