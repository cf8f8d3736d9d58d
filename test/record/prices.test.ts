import { calcPrice, findProvider, type ModelInfo, type Provider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CrucibleError } from '../../src/core/errors.ts';
import { loadPriceData, type ModelPrice, PriceBook, type TokenUsage } from '../../src/record/prices.ts';

const DATA = `genai-prices@${loadPriceData().version}`;
const PROVIDERS = [
  'openai',
  'anthropic',
  'google',
  'groq',
  'mistral',
  'x-ai',
  'deepseek',
  'cohere',
  'aws',
  'azure',
  'openrouter',
  'perplexity',
]
  .map((providerId) => findProvider({ providerId }))
  .filter((provider): provider is Provider => provider !== undefined);

const micros = (iso: string): number => Date.parse(iso) * 1000;
const usage = (input: number, output: number, cached = 0): TokenUsage => ({ input, output, cached });

/** What the price data says, asked directly. */
function direct(model: string, providerId: string | undefined, tokens: TokenUsage, timestamp: number): number | null {
  const calculated = calcPrice(
    { input_tokens: tokens.input, output_tokens: tokens.output, cache_read_tokens: tokens.cached },
    model,
    { ...(providerId === undefined ? {} : { providerId }), timestamp: new Date(timestamp / 1000) },
  );
  return calculated?.total_price ?? null;
}

function expectDirect(
  book: PriceBook,
  model: string,
  provider: string | undefined,
  tokens: TokenUsage,
  timestamp: number,
): void {
  const expected = direct(model, provider, tokens, timestamp);
  const { cost_usd, source } = book.quote(model, provider, tokens, timestamp);
  if (expected === null) {
    expect([cost_usd, source]).toEqual([null, 'unknown_model']);
  } else {
    expect(source).toBe(DATA);
    expect(Math.abs(cost_usd! - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1e-12, expected));
  }
}

const JULY = micros('2025-07-01T12:00:00Z');

describe('the price data', () => {
  test('prices a request as it does when asked directly', () => {
    const book = new PriceBook();
    for (const [model, provider] of [
      ['gpt-4o', undefined],
      ['gpt-4o', 'openai'],
      ['gpt-4o', 'azure'],
      ['claude-sonnet-4-5', 'anthropic'],
      ['gemini-2.5-pro', 'google'],
      ['text-embedding-3-small', 'openai'],
      ['GPT-4o', 'OpenAI'],
    ] as const) {
      expectDirect(book, model, provider, usage(1500, 300), JULY);
      expectDirect(book, model, provider, usage(1500, 300, 1000), JULY);
      expectDirect(book, model, provider, usage(0, 0), JULY);
    }
    expect(book.quote('gpt-4o', 'openai', usage(1_000_000, 0), JULY).cost_usd).toBe(2.5);
  });

  test('prices an event at the prices of its own day', () => {
    const book = new PriceBook();
    const cost = (iso: string) => book.quote('o3', 'openai', usage(1_000_000, 0), micros(iso)).cost_usd;
    expect(cost('2025-05-01T00:00:00Z')).toBe(10);
    expect(cost('2025-07-01T00:00:00Z')).toBe(2);
    expect(cost('2025-05-01T23:59:59Z')).toBe(10);
  });

  test('changes a price at midnight UTC of the day it names, on both sides of it', () => {
    const book = new PriceBook();
    for (const { provider, model } of datedModels('start_date')) {
      for (const start of startDates(model)) {
        for (const offset of [-1, 0, 86_400e6 - 1, 86_400e6]) {
          expectDirect(book, model.id, provider, usage(2000, 1000, 500), micros(start) + offset);
        }
      }
    }
  });

  test('follows a price that depends on the time of day', () => {
    const book = new PriceBook();
    const models = datedModels('time_of_date');
    expect(models.length).toBeGreaterThan(0);
    for (const { provider, model } of models) {
      for (let hour = 0; hour < 24; hour += 0.25) {
        expectDirect(book, model.id, provider, usage(2000, 1000, 500), JULY + hour * 3600e6);
      }
    }
  });

  test('takes the tier that the length of the input is in', () => {
    const book = new PriceBook();
    for (const input of [1, 200_000, 200_001, 300_000]) {
      expectDirect(book, 'gemini-2.5-pro', 'google', usage(input, 1000, input / 2), JULY);
    }
    const [below, above] = [200_000, 200_001].map(
      (input) => book.quote('gemini-2.5-pro', 'google', usage(input, 0), JULY).cost_usd!,
    );
    expect(above! / below!).toBeGreaterThan(1.9);
  });

  test.each([
    ['x_ai', 'x-ai', 'grok-3'],
    ['azure.ai.openai', 'azure', 'gpt-4o'],
    ['azure.ai.inference', 'azure', 'gpt-4o'],
    ['gcp.gen_ai', 'google', 'gemini-2.5-flash'],
  ])('knows the provider %s', (alias, provider, model) => {
    const book = new PriceBook();
    const expected = direct(model, provider, usage(1000, 1000), JULY);
    expect(expected).not.toBeNull();
    expect(book.quote(model, alias, usage(1000, 1000), JULY).cost_usd).toBeCloseTo(expected!, 12);
  });

  test('prices what LiteLLM passed on as the provider that the model names', () => {
    const book = new PriceBook();
    expectDirect(book, 'anthropic/claude-sonnet-4-5', 'litellm', usage(1000, 1000), JULY);
    expect(book.quote('openai/gpt-4o', 'litellm', usage(1_000_000, 0), JULY).cost_usd).toBe(2.5);
  });

  test.each([
    ['unknown_model', 'nobody-9', undefined],
    ['unknown_model', 'nobody-9', 'openai'],
    ['unknown_model', '', undefined],
    ['unknown_provider', 'gpt-4o', 'nobody'],
    ['unknown_provider', 'gpt-4o', ''],
    ['unknown_provider', 'gpt-4o', 'constructor'],
    ['unknown_provider', 'gpt-4o', '__proto__'],
  ])('gives no cost, and %s, for model %j of provider %j', (source, model, provider) => {
    const book = new PriceBook();
    expect(book.quote(model, provider, usage(1, 1), JULY)).toEqual({ cost_usd: null, source });
    expect(book.quote(model, provider, usage(5, 1), JULY)).toEqual({ cost_usd: null, source });
  });
});

test.each([
  [usage(-1, 0)],
  [usage(0, -1)],
  [usage(5, 0, -1)],
  [usage(5, 0, 6)],
  [usage(Number.NaN, 0)],
  [usage(0, Number.NaN)],
])('a usage that can not be has no cost: %j', (tokens) => {
  const book = new PriceBook({ mine: { input_per_million: 1, output_per_million: 1 } });
  for (const model of ['mine', 'gpt-4o', 'nobody-9']) {
    expect(book.quote(model, undefined, tokens, JULY)).toEqual({ cost_usd: null, source: 'invalid_usage' });
  }
});

describe('what was asked before does not change an answer', () => {
  const provider = fc.constantFrom(...PROVIDERS);
  const request = provider.chain(({ id, models }) =>
    fc.record({
      model: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...models.map((model) => model.id)) },
        { weight: 1, arbitrary: fc.string() },
      ),
      provider: fc.option(fc.constantFrom(id), { nil: undefined, freq: 3 }),
      input: fc.nat(2_000_000),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      output: fc.nat(200_000),
      timestamp: fc.integer({ min: micros('2024-01-01'), max: micros('2027-12-31') }),
    }),
  );

  test('of one book, and the answer is that of the price data', () => {
    const book = new PriceBook();
    fc.assert(
      fc.property(request, ({ model, provider, input, part, output, timestamp }) => {
        expectDirect(book, model, provider, usage(input, output, Math.floor(input * part)), timestamp);
      }),
      { numRuns: 1000 },
    );
  });

  test('not even for models and providers that look alike when joined', () => {
    const one = { input_per_million: 1, output_per_million: 1 };
    const book = new PriceBook({ 'b/c': one });
    const million = usage(1_000_000, 0);
    expect(book.quote('c', 'b', million, JULY).cost_usd).toBe(1);
    expect(book.quote('b/c', undefined, million, JULY).cost_usd).toBe(1);
    expect(book.quote('c', undefined, million, JULY).cost_usd).toBeNull();
    expect(book.quote('c', '', million, JULY).cost_usd).toBeNull();
    expect(book.quote('c', 'b', million, JULY).cost_usd).toBe(1);
    expect(book.quote('gpt-4o', undefined, million, JULY).cost_usd).toBe(2.5);
    expect(book.quote('gpt-4o', '', million, JULY).source).toBe('unknown_provider');
    expect(book.quote('4o', 'gpt-', million, JULY).source).toBe('unknown_provider');
  });

  test('when more prices were looked up than are remembered', () => {
    const book = new PriceBook();
    for (let day = 0; day < 2500; day++) book.quote('o3', 'openai', usage(1, 0), JULY + day * 86_400e6);
    expect(book.quote('o3', 'openai', usage(1_000_000, 0), micros('2025-05-01T00:00:00Z')).cost_usd).toBe(10);
  });
});

describe('overrides', () => {
  const own: ModelPrice = { input_per_million: 3, output_per_million: 5 };

  test('win over the price data, those of a provider over those of a model', () => {
    const book = new PriceBook({ 'gpt-4o': own, 'azure/gpt-4o': { ...own, input_per_million: 7 } });
    const cost = (model: string, provider?: string) => book.quote(model, provider, usage(1_000_000, 0), JULY);
    expect(cost('gpt-4o')).toEqual({ cost_usd: 3, source: 'override' });
    expect(cost('gpt-4o', 'openai')).toEqual({ cost_usd: 3, source: 'override' });
    expect(cost('gpt-4o', 'nobody')).toEqual({ cost_usd: 3, source: 'override' });
    expect(cost('gpt-4o', 'azure')).toEqual({ cost_usd: 7, source: 'override' });
    expect(cost('gpt-4o-mini', 'openai').source).toBe(DATA);
  });

  test('hold for no model that has the name of a property of objects', () => {
    const book = new PriceBook({ mine: own });
    for (const model of ['constructor', 'toString', '__proto__']) {
      expect(book.quote(model, undefined, usage(1, 1), JULY).source).toBe('unknown_model');
    }
  });

  test('price cached input as input unless they say otherwise, and add the fee of a request', () => {
    const tokens = usage(1_000_000, 1_000_000, 1_000_000);
    expect(new PriceBook({ mine: own }).quote('mine', undefined, tokens, JULY).cost_usd).toBe(8);
    const book = new PriceBook({ mine: { ...own, cached_input_per_million: 0.5, per_request: 0.25 } });
    expect(book.quote('mine', undefined, tokens, JULY).cost_usd).toBe(5.75);
  });

  test('are copied', () => {
    const prices = { mine: { ...own } };
    const book = new PriceBook(prices);
    prices.mine.input_per_million = 100;
    expect(book.quote('mine', undefined, usage(1_000_000, 0), JULY).cost_usd).toBe(3);
  });

  test.each([
    [{ ...own, input_per_million: -1 }, 'input_per_million is -1'],
    [{ ...own, output_per_million: Number.NaN }, 'output_per_million is NaN'],
    [{ ...own, output_per_million: '5' }, 'output_per_million is "5"'],
    [{ ...own, per_request: Infinity }, 'per_request is Infinity'],
    [{ input_per_million: 1 }, 'needs input_per_million and output_per_million'],
    [{ ...own, cached_per_million: 1 }, '"cached_per_million", which is no price'],
    [null, 'needs input_per_million'],
    [3, 'needs input_per_million'],
  ])('that can not be are refused: %j', (price, message) => {
    const make = () => new PriceBook({ mine: price as ModelPrice });
    expect(make).toThrow(CrucibleError);
    expect(make).toThrow(message);
    expect(make).toThrow('mine');
  });

  test('may say undefined for what they leave out', () => {
    const price = { ...own, cached_input_per_million: undefined } as unknown as ModelPrice;
    expect(new PriceBook({ mine: price }).quote('mine', undefined, usage(1_000_000, 0), JULY).cost_usd).toBe(3);
  });
});

function datedModels(type: 'start_date' | 'time_of_date'): { provider: string; model: ModelInfo }[] {
  return PROVIDERS.flatMap((provider) =>
    provider.models
      .filter(({ prices }) => Array.isArray(prices) && prices.some((price) => price.constraint?.type === type))
      .map((model) => ({ provider: provider.id, model })),
  );
}

function startDates(model: ModelInfo): string[] {
  const prices = Array.isArray(model.prices) ? model.prices : [];
  return prices.flatMap(({ constraint }) => (constraint?.type === 'start_date' ? [constraint.start_date] : []));
}
