import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBus } from '../../src/bus/bus.ts';
import { CrucibleError } from '../../src/core/errors.ts';
import { createCrucible } from '../../src/lab/lab.ts';
import { enrichEvent } from '../../src/record/enrich-event.ts';
import { PriceBook } from '../../src/record/prices.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { anything, jsonLike, objectOf } from './values.ts';

const experiment = { id: 'exp-1', name: 'n', study: 's', condition: 'treatment', replicate: 'r', tags: ['a', 'b'] };

describe('enrichEvent', () => {
  test('gives the record of an event, with the fields of the experiment', () => {
    const record = enrichEvent(
      'req_llm.request.stop',
      { duration: 153.2 },
      {
        provider: 'openai',
        model: 'gpt-4o',
        tokens: { prompt: 1_000_000, completion: 0, total: 1_000_000 },
        response: 'ok',
        sampleId: 's1',
      },
      experiment,
      { timestamp: Date.UTC(2025, 6, 1) * 1000 },
    );
    expect(record).toMatchObject({
      event_id: 'enrich-0',
      event_name: 'req_llm.request.stop',
      category: 'llm',
      timestamp: Date.UTC(2025, 6, 1) * 1000,
      writer_id: 'enrich',
      sequence: 0,
      scope: 'explicit',
      experiment_id: 'exp-1',
      experiment_name: 'n',
      study: 's',
      condition: 'treatment',
      replicate: 'r',
      tags: ['a', 'b'],
      measurements: { duration: 153.2 },
      latency_ms: 153.2,
      cost_usd: 2.5,
      cost_source: expect.stringMatching(/^genai-prices@\d/),
      success: true,
      sample_id: 's1',
      model: 'gpt-4o',
      provider: 'openai',
      input_tokens: 1_000_000,
      output_tokens: 0,
    });
  });

  test.each([
    [true, true],
    [0, false],
    ['false', false],
    ['No', false],
    ['fail', false],
    ['error', false],
    ['yes', true],
    ['completed', true],
    // Says nothing: the name of the event decides.
    ['perhaps', true],
    [Number.NaN, true],
    [undefined, true],
  ])('takes success: %o for %o', (success, verdict) => {
    expect(enrichEvent('req_llm.request.stop', {}, { success }, experiment).success).toBe(verdict);
  });

  test('takes the name as a list of segments', () => {
    const options = { timestamp: 5 };
    expect(enrichEvent(['req_llm', 'request', 'stop'], {}, {}, experiment, options)).toEqual(
      enrichEvent('req_llm.request.stop', {}, {}, experiment, options),
    );
  });

  test.each(['', 'a b', '.a', 'a..b', [] as string[], ['a.b'], ['a', '']])('refuses the name %j', (name) => {
    expect(() => enrichEvent(name, {}, {}, experiment)).toThrow(CrucibleError);
    expect(() => enrichEvent(name, {}, {}, experiment)).toThrow(
      expect.objectContaining({ code: 'invalid_event_name' }),
    );
  });

  test('says the time, the writer and the prices that it is given', () => {
    const prices = new PriceBook({ mine: { input_per_million: 1, output_per_million: 1 } });
    const metadata = { model: 'mine', tokens: { input: 1_000_000 } };
    const options = {
      timestamp: 7,
      writerId: 'w',
      sequence: 3,
      scope: 'ingest',
      prices,
      fields: { event_id: 'x', user_id: 'u' },
    } as const;
    expect(enrichEvent('a.b', {}, metadata, experiment, options)).toMatchObject({
      timestamp: 7,
      writer_id: 'w',
      sequence: 3,
      scope: 'ingest',
      cost_usd: 1,
      event_id: 'x',
      user_id: 'u',
    });
    const before = Date.now() * 1000 - 1000;
    const { timestamp } = enrichEvent('a.b', {}, {}, { id: 'only-an-id' });
    expect(timestamp).toBeGreaterThan(before);
    expect(Number.isInteger(timestamp)).toBe(true);
  });

  test('changes none of its arguments and remembers none of them', () => {
    fc.assert(
      fc.property(objectOf(jsonLike()), objectOf(jsonLike()), (measurements, metadata) => {
        for (const frozen of [measurements, metadata, experiment]) deepFreeze(frozen);
        const options = Object.freeze({ timestamp: 5, fields: Object.freeze({ user_id: 'u' }) });
        const first = enrichEvent('req_llm.request.stop', measurements, metadata, experiment, options);
        enrichEvent('req_llm.request.exception', metadata, measurements, { id: 'other' }, { sequence: 9 });
        deepStrictEqual(enrichEvent('req_llm.request.stop', measurements, metadata, experiment, options), first);
      }),
    );
  });

  test('never throws for what an event holds', () => {
    fc.assert(
      fc.property(anything(), anything(), (make, other) => {
        const record = enrichEvent('a.stop', { value: make() }, { value: other() }, experiment);
        expect(record.experiment_id).toBe('exp-1');
      }),
      { numRuns: 500 },
    );
  });

  test('keeps what can be read of an event with a getter that throws, in the same meaning', () => {
    const measurements = { duration: 2_500_000n, tokens: { prompt: 5 } };
    const metadata = {
      sampleId: 's',
      get lazy(): never {
        throw new Error('no');
      },
      model: 'm',
    };
    expect(enrichEvent('a.stop', measurements, metadata, experiment)).toMatchObject({
      latency_ms: 2.5,
      input_tokens: 5,
      sample_id: 's',
      model: 'm',
      metadata: { sample_id: 's', lazy: '[Threw: no]', model: 'm' },
    });
  });

  test('keeps nothing of a first reading that threw', () => {
    let reads = 0;
    const metadata = {
      get once() {
        return reads++ === 0 ? 'first' : undefined;
      },
      get bad(): never {
        throw new Error('no');
      },
    };
    expect(enrichEvent('a.b', {}, metadata, experiment).metadata).toEqual({ bad: '[Threw: no]' });
    const inheriting = Object.defineProperty(Object.create({ model: 'm' }), 'bad', { get: () => undefined });
    expect(enrichEvent('a.b', {}, inheriting, experiment).model).toBe('m');
  });

  test('gives what an experiment stores of the same event', async () => {
    const bus = createBus();
    const lab = createCrucible({ store: memoryStore(), bus });
    const running = await lab.startExperiment({ ...experiment, id: 'exp-lab' });
    const events = fc.sample(
      fc.tuple(
        fc.constantFrom('req_llm.request.stop', 'my.event', 'crucible_train.epoch.stop'),
        objectOf(jsonLike()),
        objectOf(jsonLike()),
      ),
      {
        numRuns: 200,
        seed: 7,
      },
    );
    for (const [name, measurements, metadata] of events) bus.execute(name as 'my.event', measurements, metadata);
    let i = 0;
    for await (const record of running.records()) {
      const [name, measurements, metadata] = events[i]!;
      const { timestamp, writer_id: writerId, sequence, scope } = record;
      deepStrictEqual(
        enrichEvent(name, measurements, metadata, running, { timestamp, writerId, sequence, scope }),
        record,
      );
      i++;
    }
    expect(i).toBe(events.length);
    await lab.close();
  });
});

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const property of Object.values(value)) deepFreeze(property);
}
