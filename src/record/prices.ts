import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CrucibleError, show } from '../core/errors.ts';

/** A price of your own for one model, in US dollars. Cached input is part of the input tokens. */
export interface ModelPrice {
  readonly input_per_million: number;
  readonly output_per_million: number;
  /** Default: `input_per_million`. */
  readonly cached_input_per_million?: number;
  /** A fee for each request. Default 0. */
  readonly per_request?: number;
}

/** Prices by model name, or by `provider/model` where the provider matters. They win over the price data. */
export type PriceOverrides = Readonly<Record<string, ModelPrice>>;

/** The tokens of one request. `input` includes those read from and written to a cache, `output` includes the reasoning tokens. */
export interface TokenUsage {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly cacheWritten?: number;
}

/** A cost in US dollars with where its price came from, or null with the reason why it is not known. */
export interface Quote {
  readonly cost_usd: number | null;
  readonly source: string;
}

interface Rate {
  readonly source: string;
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly request: number;
}

type PriceData = typeof import('@pydantic/genai-prices');
type PriceCalculation = import('@pydantic/genai-prices').PriceCalculation;

const OVERRIDE = 'override';
const MAX_CACHED_RATES = 2_000;
const DAY_MICROS = 86_400e6;

const REQUIRED = ['input_per_million', 'output_per_million'];
const OPTIONAL = ['cached_input_per_million', 'per_request'];

// OpenTelemetry's spellings of providers that the price data knows by another name.
const PROVIDER_ALIASES: ReadonlyMap<string, string> = new Map([
  ['x_ai', 'x-ai'],
  ['azure.ai.openai', 'azure'],
  ['azure.ai.inference', 'azure'],
  ['gcp.gen_ai', 'google'],
]);

let priceData: { api: PriceData; version: string } | undefined;

/** Loads the price data (about 55 ms, once per process) so that the first priced event does not wait for it. */
export function loadPriceData(): { api: PriceData; version: string } {
  if (!priceData) {
    const require = createRequire(import.meta.url);
    // The package does not export its manifest, so that is read from where the package lies.
    const manifest = join(dirname(require.resolve('@pydantic/genai-prices')), '..', 'package.json');
    priceData = {
      api: require('@pydantic/genai-prices') as PriceData,
      version: (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version,
    };
  }
  return priceData;
}

/**
 * What a request cost: your overrides first, else the dated price data of `@pydantic/genai-prices`, which is part of the
 * installation and never fetched. A model or provider it does not know costs `null`, never a guess.
 */
export class PriceBook {
  readonly #overrides: ReadonlyMap<string, Rate>;
  readonly #rates = new Map<string, Rate | Quote | 'per-event'>();
  readonly #quote: { cost_usd: number; source: string } = { cost_usd: 0, source: '' };
  #lastModel: string | undefined;
  #lastProvider: string | undefined;
  #lastDay = -1;
  #lastRate: Rate | Quote | 'per-event' | undefined;

  /** Throws `invalid_argument` for a price that is not a non-negative finite number, or that has another name. */
  constructor(overrides: PriceOverrides = {}) {
    this.#overrides = new Map(Object.entries(overrides).map(([model, price]) => [model, overrideRate(model, price)]));
  }

  /**
   * The cost at the prices of the event's own day. `timestamp` is in microseconds. The quote is valid until the next call: one
   * object serves them all.
   */
  quote(model: string, provider: string | undefined, usage: TokenUsage, timestamp: number): Quote {
    if (!(usage.input >= 0 && usage.output >= 0 && usage.cached >= 0 && usage.cached <= usage.input)) {
      return { cost_usd: null, source: 'invalid_usage' };
    }
    const day = Math.floor(timestamp / DAY_MICROS);
    const rate = this.#rate(model, provider, day, timestamp);
    if (rate === 'per-event') return calculate(model, provider, usage, timestamp);
    if ('cost_usd' in rate) return rate;
    // Writing to a cache has a price of its own, in one family of models: not worth a rate.
    if (usage.cacheWritten && rate.source !== OVERRIDE) return calculate(model, provider, usage, timestamp);
    const millions =
      (usage.input - usage.cached) * rate.input + usage.cached * rate.cached + usage.output * rate.output;
    this.#quote.cost_usd = millions / 1e6 + rate.request;
    this.#quote.source = rate.source;
    return this.#quote;
  }

  #rate(model: string, provider: string | undefined, day: number, timestamp: number): Rate | Quote | 'per-event' {
    if (model === this.#lastModel && provider === this.#lastProvider && day === this.#lastDay && this.#lastRate) {
      return this.#lastRate;
    }
    const key = `${day} ${provider?.length ?? -1} ${provider ?? ''}${model}`;
    let rate = this.#rates.get(key);
    if (rate === undefined) {
      const own = provider === undefined ? undefined : this.#overrides.get(`${provider}/${model}`);
      rate = own ?? this.#overrides.get(model) ?? lookUp(model, provider, timestamp);
      if (this.#rates.size >= MAX_CACHED_RATES) this.#rates.clear();
      this.#rates.set(key, rate);
    }
    this.#lastModel = model;
    this.#lastProvider = provider;
    this.#lastDay = day;
    this.#lastRate = rate;
    return rate;
  }
}

function overrideRate(model: string, price: ModelPrice): Rate {
  const given: Readonly<Record<string, unknown>> = typeof price === 'object' && price !== null ? { ...price } : {};
  for (const [field, value] of Object.entries(given)) {
    const optional = OPTIONAL.includes(field);
    if (!optional && !REQUIRED.includes(field)) {
      throw new CrucibleError('invalid_argument', `prices[${show(model)}] has ${show(field)}, which is no price.`, {
        hint: `A price has ${[...REQUIRED, ...OPTIONAL].join(', ')}.`,
      });
    }
    if ((typeof value === 'number' && Number.isFinite(value) && value >= 0) || (optional && value === undefined))
      continue;
    throw new CrucibleError('invalid_argument', `prices[${show(model)}].${field} is ${show(value)}.`, {
      hint: 'Prices are US dollars, zero or more.',
    });
  }
  if (!REQUIRED.every((field) => Object.hasOwn(given, field))) {
    throw new CrucibleError('invalid_argument', `prices[${show(model)}] is ${show(price)}.`, {
      hint: 'It needs input_per_million and output_per_million, in US dollars.',
    });
  }
  return {
    source: OVERRIDE,
    input: price.input_per_million,
    output: price.output_per_million,
    cached: price.cached_input_per_million ?? price.input_per_million,
    request: price.per_request ?? 0,
  };
}

// Most prices are one number per kind of token and stay so for a day: they become a rate. Tiers by length of the context and
// prices by time of day are calculated for each event.
function lookUp(model: string, provider: string | undefined, timestamp: number): Rate | Quote | 'per-event' {
  const probe = find(model, provider, { input: 0, output: 0, cached: 0 }, timestamp);
  if ('source' in probe) return probe;
  const { prices } = probe.model;
  const changesInADay = Array.isArray(prices) && prices.some((price) => price.constraint?.type === 'time_of_date');
  const { input_mtok, output_mtok, cache_read_mtok } = probe.model_price;
  const tiered = [input_mtok, output_mtok, cache_read_mtok].some((price) => typeof price === 'object');
  if (changesInADay || tiered) return 'per-event';
  const input = typeof input_mtok === 'number' ? input_mtok : 0;
  return {
    source: dataSource(),
    input,
    output: typeof output_mtok === 'number' ? output_mtok : 0,
    cached: typeof cache_read_mtok === 'number' ? cache_read_mtok : input,
    request: probe.total_price,
  };
}

function calculate(model: string, provider: string | undefined, usage: TokenUsage, timestamp: number): Quote {
  const result = find(model, provider, usage, timestamp);
  return 'source' in result ? result : { cost_usd: result.total_price, source: dataSource() };
}

function dataSource(): string {
  return `genai-prices@${loadPriceData().version}`;
}

function find(
  model: string,
  provider: string | undefined,
  usage: TokenUsage,
  timestamp: number,
): PriceCalculation | Quote {
  const { api } = loadPriceData();
  const providerId = provider === undefined ? undefined : (PROVIDER_ALIASES.get(provider) ?? provider);
  try {
    // A provider that the data does not know must not be priced as another one that serves a model of the same name. LiteLLM
    // is none: it passes the request on to the provider that the model's name says.
    const known =
      providerId === undefined || providerId.toLowerCase() === 'litellm' || api.findProvider({ providerId });
    if (!known) return unknownCost('unknown_provider');
    const result = api.calcPrice(
      {
        input_tokens: usage.input,
        output_tokens: usage.output,
        cache_read_tokens: usage.cached,
        cache_write_tokens: usage.cacheWritten ?? 0,
      },
      model,
      { ...(providerId === undefined ? {} : { providerId }), timestamp: new Date(timestamp / 1000) },
    );
    return result ?? unknownCost('unknown_model');
  } catch {
    return unknownCost('invalid_usage');
  }
}

function unknownCost(source: string): Quote {
  return { cost_usd: null, source };
}
