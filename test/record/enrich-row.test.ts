import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PriceBook } from '../../src/record/prices.ts';
import { type Emitted, recordOf, Tape } from './tape.ts';

const DONE = 'my_app.work.done';

function success(metadata: Record<string, unknown>, name = DONE): boolean | null {
  return recordOf({ name, metadata }).success;
}

describe('success', () => {
  test('is null where nothing is said', () => {
    expect(success({})).toBeNull();
    expect(success({}, 'my_app.work.start')).toBeNull();
    expect(success({ error: null, response: null, status: 'running' })).toBeNull();
  });

  test('is true at the stop of a span and with a response', () => {
    expect(success({}, 'my_app.work.stop')).toBe(true);
    for (const response of ['ok', '', 0, false, {}, [], { text: 'x' }]) expect(success({ response })).toBe(true);
  });

  test('is false at the exception of a span', () => {
    expect(success({}, 'my_app.work.exception')).toBe(false);
    expect(success({ response: 'half', status: 'ok' }, 'my_app.work.exception')).toBe(false);
  });

  test.each([
    ['an Error', new Error('no')],
    ['a text', 'timeout'],
    ['an object', { code: 1 }],
    ['an empty object', {}],
    ['a number other than 0', 7],
    ['true', true],
    ['a class instance', new (class Failure {})()],
  ])('is false where the error is %s', (_, error) => {
    expect(success({ error, response: 'x', status: 'ok' }, 'my_app.work.stop')).toBe(false);
  });

  test.each([[null], [undefined], [false], [''], [0], [0n]])('an error of %s is none', (error) => {
    expect(success({ error }, 'my_app.work.stop')).toBe(true);
    expect(success({ error })).toBeNull();
  });

  test('is false where error_type says one', () => {
    expect(success({ error_type: 'RateLimit' }, 'my_app.work.stop')).toBe(false);
    expect(success({ error: null, error_type: 'RateLimit' }, 'my_app.work.stop')).toBe(false);
  });

  test.each([
    [200, true],
    [204, true],
    [304, true],
    [399, true],
    [400, false],
    [429, false],
    [500, false],
    [599, false],
    ['200', true],
    ['503', false],
    ['ok', true],
    ['OK', true],
    ['success', true],
    ['completed', true],
    ['error', false],
    ['Timeout', false],
    ['cancelled', false],
    [100, null],
    [600, null],
    [0, null],
    [-1, null],
    [Number.NaN, null],
    [Infinity, null],
    ['running', null],
    ['2000', null],
    ['constructor', null],
    [true, null],
    [{ code: 500 }, false],
    [{ code: 1 }, true],
    [{ code: 2, message: 'no' }, false],
    [{ code: 0 }, null],
    [{}, null],
    [[500], null],
  ])('a status of %s gives %s', (status, verdict) => {
    expect(success({ status })).toBe(verdict);
    expect(success({ status_code: status })).toBe(verdict);
  });

  test('an error status wins over the stop of a span, a response and an ok status', () => {
    expect(success({ status: 500, response: 'x' }, 'my_app.work.stop')).toBe(false);
    expect(success({ status: 'ok', status_code: 500 })).toBe(false);
    expect(success({ status_code: 500, status: 'ok' })).toBe(false);
    expect(success({ status: 'failed', status_code: 200 })).toBe(false);
  });

  test('an explicit value wins over everything', () => {
    expect(success({ success: true, error: new Error('no'), status: 500 }, 'my_app.work.exception')).toBe(true);
    expect(success({ success: false, response: 'x', status: 'ok' }, 'my_app.work.stop')).toBe(false);
    expect(success({ success: 0 }, 'my_app.work.stop')).toBe(false);
    expect(success({ success: -0 }, 'my_app.work.stop')).toBe(false);
  });

  test('an explicit value may be text', () => {
    expect(success({ success: 'false' }, 'my_app.work.stop')).toBe(false);
    expect(success({ success: 'true' }, 'my_app.work.exception')).toBe(true);
  });

  test('an explicit value that is neither true nor false says nothing', () => {
    for (const value of [null, 'perhaps', 2, {}]) expect(success({ success: value }, 'my_app.work.stop')).toBe(true);
  });
});

describe('latency', () => {
  test('a duration is milliseconds as a number and nanoseconds as a bigint', () => {
    fc.assert(
      fc.property(fc.double(), (duration) => {
        const { latency_ms } = recordOf({ measurements: { duration } });
        expect(latency_ms).toBe(duration < 0 ? null : duration);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 53n }), (duration) => {
        const record = recordOf({ measurements: { duration } });
        expect(record.latency_ms).toBe(Number(duration) / 1e6);
        expect(record.measurements).toEqual({ duration: Number(duration) / 1e6 });
      }),
    );
  });

  test('start and stop give their difference, whatever clock they came from', () => {
    const start = process.hrtime.bigint();
    expect(recordOf({ measurements: { start, stop: start + 1_500_000n } }).latency_ms).toBe(1.5);
    expect(recordOf({ measurements: { stop: 7.5, start: 5 } }).latency_ms).toBe(2.5);
    expect(recordOf({ measurements: { start: 5_000_000n, stop: 7.5 } }).latency_ms).toBe(2.5);
    const now = 1_750_000_000_123_456_789n;
    expect(recordOf({ measurements: { start: now, stop: now + 1n } }).latency_ms).toBe(0.000001);
  });

  test('of one event is not made from a moment of the event before', () => {
    const tape = new Tape();
    tape.keep({ measurements: { start: 1n, stop: 2n } });
    tape.capture({ measurements: { start: 1n, stop: 2n } });
    tape.recorder.rollback();
    expect(tape.keep({ measurements: { start: 1, stop: 4 } }).latency_ms).toBe(3);
    expect(tape.keep({ measurements: { stop: 4n } }).latency_ms).toBeNull();
  });

  test('that is negative is a fault of a clock and no latency, and the event still shows it', () => {
    const backwards = { measurements: { start: 5, stop: 3 } };
    expect(recordOf(backwards)).toMatchObject({ latency_ms: null, ...backwards });
    expect(recordOf({ measurements: { latency_ms: -1 } })).toMatchObject({
      latency_ms: null,
      measurements: { latency_ms: -1 },
    });
    expect(recordOf({ measurements: { duration: 0 } }).latency_ms).toBe(0);
  });
});

describe('tokens that were read from or written to a cache and are counted apart', () => {
  const usage = { input_tokens: 100, cache_read_input_tokens: 10, cache_creation_input_tokens: 30, output_tokens: 5 };
  const model = 'claude-sonnet-4-5';
  const at = Date.UTC(2025, 10, 1) * 1000;

  test('are part of the input tokens of the record', () => {
    for (const event of [{ metadata: { usage } }, { metadata: { tokens: usage } }, { measurements: usage }]) {
      expect(recordOf(event)).toMatchObject({ input_tokens: 140, cached_input_tokens: 10, output_tokens: 5 });
    }
    expect(recordOf({ metadata: { usage: { ...usage, cache_creation_input_tokens: 0 } } }).input_tokens).toBe(110);
    expect(recordOf({ metadata: { usage: { input_tokens: 9, cache_creation_input_tokens: 1 } } })).toMatchObject({
      input_tokens: 10,
      cached_input_tokens: null,
    });
  });

  test('have prices of their own', () => {
    const record = recordOf({ metadata: { usage, model, provider: 'anthropic' }, timestamp: at });
    expect(record.cost_usd).toBeCloseTo((100 * 3 + 10 * 0.3 + 30 * 3.75 + 5 * 15) / 1e6, 12);
  });

  test('are not added to a count that has them already', () => {
    const litellm = { prompt_tokens: 140, cache_read_input_tokens: 10, cache_creation_input_tokens: 30 };
    expect(recordOf({ metadata: { usage: litellm } })).toMatchObject({ input_tokens: 140, cached_input_tokens: 10 });
    expect(recordOf({ metadata: { usage }, explicit: { input_tokens: 140 } }).input_tokens).toBe(140);
  });

  test('are no count of input on their own', () => {
    const record = recordOf({ metadata: { model, usage: { cache_read_input_tokens: 10, output_tokens: 5 } } });
    expect(record).toMatchObject({
      input_tokens: null,
      cached_input_tokens: 10,
      cost_usd: null,
      cost_source: 'invalid_usage',
    });
  });

  test('are counts only if they are whole numbers', () => {
    const record = recordOf({ metadata: { usage: { input_tokens: 5, cache_read_input_tokens: Number.NaN } } });
    expect(record).toMatchObject({ input_tokens: 5, cached_input_tokens: null });
  });
});

describe('cost', () => {
  const NOON = Date.UTC(2025, 6, 1, 12) * 1000;
  const prices = new PriceBook({
    mine: { input_per_million: 10, output_per_million: 20, cached_input_per_million: 1, per_request: 0.5 },
  });
  const event = (measurements: Emitted['measurements'], metadata: Emitted['metadata'], name = DONE) =>
    recordOf(
      { name, measurements: measurements ?? {}, metadata: metadata ?? {}, timestamp: NOON },
      { prices, requests: ['a.b'] },
    );

  test('that is reported wins, with its source', () => {
    const tokens = { input: 1, output: 1 };
    expect(event({ cost_usd: 0.25 }, { model: 'mine', tokens })).toMatchObject({
      cost_usd: 0.25,
      cost_source: 'reported',
    });
    expect(event({ cost_usd: 0 }, { model: 'mine', tokens })).toMatchObject({ cost_usd: 0, cost_source: 'reported' });
    expect(event({ cost: 0.25 }, { cost_source: 'invoice' })).toMatchObject({ cost_usd: 0.25, cost_source: 'invoice' });
  });

  test('that is not a number is none: the tokens are priced, and the source is not that of the event', () => {
    const metadata = { model: 'mine', tokens: { input: 1_000_000, output: 0 }, cost_source: 'invoice' };
    for (const cost_usd of [null, '0.25', undefined]) {
      expect(event({ cost_usd }, metadata)).toMatchObject({ cost_usd: 10.5, cost_source: 'override' });
    }
  });

  test('is made from input, cached input and output', () => {
    const tokens = { input: 1_000_000, cached: 400_000, output: 100_000 };
    expect(event({}, { model: 'mine', tokens })).toMatchObject({
      cost_usd: 0.6 * 10 + 0.4 * 1 + 0.1 * 20 + 0.5,
      cost_source: 'override',
    });
  });

  test('of input alone or output alone is a cost', () => {
    expect(event({}, { model: 'mine', tokens: { input: 1_000_000 } }).cost_usd).toBe(10.5);
    expect(event({}, { model: 'mine', tokens: { output: 1_000_000 } }).cost_usd).toBe(20.5);
  });

  test.each([
    ['no_model', {}, { tokens: { input: 1, output: 1 } }],
    ['unknown_model', {}, { model: 'nobody-9', tokens: { input: 1, output: 1 } }],
    ['unknown_provider', {}, { model: 'gpt-4o', provider: 'nobody', tokens: { input: 1, output: 1 } }],
    ['invalid_usage', {}, { model: 'gpt-4o', tokens: { input: 1, cached: 2 } }],
    ['invalid_usage', {}, { model: 'gpt-4o', tokens: { input: -1 } }],
    ['invalid_usage', {}, { model: 'mine', tokens: { input: 1, output: -1 } }],
  ])('that can not be known is null, and the source says why: %s', (reason, measurements, metadata) => {
    expect(event(measurements, metadata)).toMatchObject({ cost_usd: null, cost_source: reason });
  });

  test('a request that says its model but no tokens has a cost that is not known; any other event has none', () => {
    expect(event({}, { model: 'gpt-4o' }, 'a.b')).toMatchObject({ cost_usd: null, cost_source: 'no_tokens' });
    expect(event({}, { model: 'gpt-4o' })).toMatchObject({ cost_usd: null, cost_source: null });
    expect(event({}, {}, 'a.b')).toMatchObject({ cost_usd: null, cost_source: null });
    expect(event({}, { tokens: { total: 9 }, model: 'gpt-4o' }, 'a.b').cost_source).toBe('no_tokens');
  });

  test('whose source was given to the recorder is not derived', () => {
    const record = recordOf({
      metadata: { model: 'gpt-4o', tokens: { input: 5 } },
      explicit: { cost_source: 'unknown_model' },
    });
    expect(record).toMatchObject({ cost_usd: null, cost_source: 'unknown_model' });
  });
});
