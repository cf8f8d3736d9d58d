import { describe, expect, test } from 'vitest';
import type { EventRecord } from '../../src/record/event-record.ts';
import { FIELDS } from '../../src/record/fields.ts';
import { type Emitted, recordOf } from './tape.ts';

type Field = keyof EventRecord;

const measured = (key: string, value: unknown): Emitted => ({ measurements: { [key]: value } });
const noted = (key: string, value: unknown): Emitted => ({ metadata: { [key]: value } });
const inBoth = (key: string, value: unknown): Emitted[] => [measured(key, value), noted(key, value)];
const inUsage = (key: string, value: unknown): Emitted[] => [
  ...inBoth('tokens', { [key]: value }),
  ...inBoth('usage', { [key]: value }),
];

const TEXTS: Field[] = [
  'session_id',
  'user_id',
  'sample_id',
  'cohort',
  'model',
  'provider',
  'trace_id',
  'span_id',
  'parent_span_id',
  'correlation_id',
  'checkpoint_path',
  'model_name',
  'model_version',
  'pipeline_id',
  'stage_name',
];
const REALS: Field[] = ['latency_ms', 'cost_usd', 'loss', 'accuracy', 'learning_rate', 'gradient_norm'];
const INTEGERS: Field[] = [
  'epoch',
  'batch',
  'step',
  'input_size',
  'output_size',
  'batch_size',
  'stage_index',
  'input_tokens',
  'output_tokens',
  'cached_input_tokens',
  'reasoning_tokens',
];

const SOURCES: Partial<Record<Field, Emitted[]>> = {
  ...Object.fromEntries(TEXTS.map((field) => [field, inBoth(field, 'abc')])),
  ...Object.fromEntries(REALS.map((field) => [field, inBoth(field, 0.25)])),
  ...Object.fromEntries(INTEGERS.map((field) => [field, inBoth(field, 7)])),
};
SOURCES.sample_id!.push(noted('sampleId', 'abc'));
SOURCES.session_id!.push(noted('sessionId', 'abc'));
SOURCES.user_id!.push(noted('userId', 'abc'));
SOURCES.cost_usd!.push(...inBoth('cost', 0.25));
SOURCES.latency_ms!.push(
  ...inBoth('duration', 0.25),
  ...inBoth('duration', 250_000n),
  { measurements: { start: 10.5, stop: 10.75 } },
  { measurements: { start: 10_500_000n, stop: 10_750_000n } },
);
SOURCES.stage_name!.push({ name: 'crucible_framework.stage.stop', metadata: { stage: 'abc' } });
SOURCES.stage_index!.push(
  { name: 'crucible_framework.stage.stop', metadata: { index: 7 } },
  { name: 'crucible_framework.stage.stop', measurements: { index: 7 } },
);
SOURCES.checkpoint_path!.push({ name: 'crucible_train.checkpoint.saved', metadata: { path: 'abc' } });
SOURCES.input_tokens!.push(
  ...inBoth('prompt_tokens', 7),
  ...['input_tokens', 'prompt_tokens', 'input', 'prompt'].flatMap((key) => inUsage(key, 7)),
);
SOURCES.output_tokens!.push(
  ...inBoth('completion_tokens', 7),
  ...['output_tokens', 'completion_tokens', 'output', 'completion'].flatMap((key) => inUsage(key, 7)),
);
SOURCES.cached_input_tokens!.push(
  ...['cached_tokens', 'cache_read_tokens'].flatMap((key) => [...inBoth(key, 7), ...inUsage(key, 7)]),
  ...inUsage('cached', 7),
  ...['prompt_tokens_details', 'input_tokens_details'].flatMap((key) => inUsage(key, { cached_tokens: 7 })),
);
SOURCES.reasoning_tokens!.push(
  ...inUsage('reasoning', 7),
  ...['completion_tokens_details', 'output_tokens_details'].flatMap((key) => inUsage(key, { reasoning_tokens: 7 })),
);

const EXPECTED = new Map<Field, unknown>([
  ...TEXTS.map((field) => [field, 'abc'] as const),
  ...REALS.map((field) => [field, 0.25] as const),
  ...INTEGERS.map((field) => [field, 7] as const),
]);

describe('every field is filled from each of its sources', () => {
  for (const [field, sources] of Object.entries(SOURCES) as [Field, Emitted[]][]) {
    test(field, () => {
      for (const event of sources) {
        expect.soft(recordOf(event)[field], inspect(event)).toBe(EXPECTED.get(field));
      }
    });
  }

  test('success', () => {
    for (const event of [...inBoth('success', true), ...inBoth('success', 1)]) {
      expect(recordOf(event).success).toBe(true);
    }
  });

  test('cost_source', () => {
    expect(recordOf({ metadata: { cost_source: 'invoice', cost: 1 } }).cost_source).toBe('invoice');
  });

  test('those of the experiment from the experiment', () => {
    const experiment = { id: 'e', name: 'n', study: 's', condition: 'c', replicate: 'r', tags: ['t'] };
    expect(recordOf({ name: 'req_llm.request.stop', scope: 'run', timestamp: 5 }, { experiment })).toMatchObject({
      event_id: 'w1-0',
      event_name: 'req_llm.request.stop',
      category: 'llm',
      timestamp: 5,
      writer_id: 'w1',
      sequence: 0,
      scope: 'run',
      experiment_id: 'e',
      experiment_name: 'n',
      study: 's',
      condition: 'c',
      replicate: 'r',
      tags: ['t'],
    });
  });

  test('and none is left out of these tests', () => {
    const tested = new Set<string>([...Object.keys(SOURCES), 'success', 'cost_source', 'inclusion_probability']);
    const context = Object.keys(recordOf({})).slice(0, 15);
    expect(FIELDS.map((field) => field.name).filter((name) => !tested.has(name) && !context.includes(name))).toEqual(
      [],
    );
  });
});

test('a record has every field in the fixed order, null where nothing says it', () => {
  const record = recordOf({});
  expect(Object.keys(record)).toEqual(FIELDS.map((field) => field.name));
  for (const [name, value] of Object.entries(record).slice(15)) expect.soft(value, name).toBeNull();
});

test('a source of one category fills nothing in events of another', () => {
  expect(recordOf({ metadata: { path: 'p', stage: 's', index: 1 } })).toMatchObject({
    checkpoint_path: null,
    stage_name: null,
    stage_index: null,
  });
});

test('a raw usage object of OpenAI fills all token fields, wherever it hangs', () => {
  const usage = {
    prompt_tokens: 120,
    completion_tokens: 80,
    total_tokens: 200,
    prompt_tokens_details: { cached_tokens: 100, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 64, accepted_prediction_tokens: 0 },
  };
  for (const event of [...inBoth('usage', usage), ...inBoth('tokens', usage)]) {
    expect(recordOf(event)).toMatchObject({
      input_tokens: 120,
      output_tokens: 80,
      cached_input_tokens: 100,
      reasoning_tokens: 64,
    });
  }
});

describe('of several sources the best one fills the field, in whatever order they come', () => {
  const cases: [Field, Emitted, unknown][] = [
    ['loss', { measurements: { loss: 1 }, metadata: { loss: 2 } }, 1],
    ['model', { measurements: { model: 'm' }, metadata: { model: 'c' } }, 'c'],
    ['sample_id', { measurements: { sample_id: 'm' }, metadata: { sampleId: 'c' } }, 'c'],
    ['latency_ms', { measurements: { duration: 5, latency_ms: 3, start: 0, stop: 9 } }, 3],
    ['latency_ms', { measurements: { start: 0, stop: 9, duration: 5 } }, 5],
    ['latency_ms', { measurements: { duration: 5 }, metadata: { latency_ms: 4 } }, 4],
    ['cost_usd', { measurements: { cost: 2 }, metadata: { cost_usd: 1 } }, 1],
    ['input_tokens', { metadata: { tokens: { prompt: 3, input: 2, input_tokens: 1 } } }, 1],
    ['input_tokens', { metadata: { tokens: { prompt: 3, input: 2 } } }, 2],
    ['input_tokens', { measurements: { input_tokens: 1 }, metadata: { usage: { prompt_tokens: 9 } } }, 1],
    ['stage_name', { name: 'crucible_framework.stage.stop', metadata: { stage: 'b', stage_name: 'a' } }, 'a'],
  ];
  test.each(cases)('%s', (field, event, expected) => {
    const { measurements = {}, metadata = {} } = event;
    expect(recordOf(event)[field]).toBe(expected);
    expect(recordOf({ ...event, measurements: reversed(measurements), metadata: reversed(metadata) })[field]).toBe(
      expected,
    );
  });
});

describe('a source of the wrong type fills nothing, and the next one is taken', () => {
  const cases: [Field, Emitted, unknown][] = [
    ['loss', { measurements: { loss: 'high' }, metadata: { loss: 2 } }, 2],
    ['loss', { measurements: { loss: null }, metadata: { loss: 2 } }, 2],
    ['loss', { measurements: { loss: 'high' } }, null],
    ['loss', { measurements: { loss: [1] } }, null],
    ['loss', { measurements: { loss: true } }, null],
    ['model', { metadata: { model: { id: 'x' } }, measurements: { model: 'm' } }, 'm'],
    ['model', { metadata: { model: true } }, null],
    ['sample_id', { metadata: { sample_id: null, sampleId: 'x' } }, 'x'],
    ['sample_id', { metadata: { sampleId: 'x', sample_id: null } }, 'x'],
    ['latency_ms', { measurements: { latency_ms: '3', duration: 5 } }, 5],
    ['latency_ms', { measurements: { duration: '5', start: 1, stop: 3 } }, 2],
    ['latency_ms', { measurements: { start: 1 } }, null],
    ['epoch', { measurements: { epoch: 0.5 }, metadata: { epoch: 1 } }, 1],
    ['epoch', { measurements: { epoch: Number.NaN } }, null],
    ['epoch', { measurements: { epoch: 2 ** 53 } }, null],
    ['input_tokens', { metadata: { tokens: { input: '12', prompt: 12 } } }, 12],
    ['success', { metadata: { success: 'perhaps' }, measurements: { success: 0 } }, false],
  ];
  test.each(cases)('%s', (field, event, expected) => {
    expect(recordOf(event)[field]).toBe(expected);
    // What fills no field is kept all the same.
    expect(recordOf(event).measurements).toEqual(event.measurements ?? {});
  });
});

test('a number is an id in its digits; a bigint fills a number or an id', () => {
  const record = recordOf({ metadata: { sample_id: 42, user_id: 2n ** 60n, epoch: 3n, latency_ms: 5n } });
  expect(record).toMatchObject({ sample_id: '42', user_id: '1152921504606846976', epoch: 3, latency_ms: 5 });
});

test('NaN and the infinities are values of a real field', () => {
  expect(recordOf({ measurements: { loss: Number.NaN, accuracy: -Infinity, duration: Infinity } })).toMatchObject({
    loss: Number.NaN,
    accuracy: -Infinity,
    latency_ms: Infinity,
  });
});

test('a spelling with a capital is stored under the name of its field', () => {
  expect(recordOf({ metadata: { sampleId: 1, sessionId: 'b', userId: 'c' } }).metadata).toEqual({
    sample_id: 1,
    session_id: 'b',
    user_id: 'c',
  });
  expect(recordOf({ metadata: { inner: { sampleId: 1 } }, measurements: { sampleId: 1 } })).toMatchObject({
    metadata: { inner: { sampleId: 1 } },
    measurements: { sampleId: 1 },
    sample_id: null,
  });
});

test('of two spellings in one event the field takes its own name, and both are kept as they were said', () => {
  for (const metadata of [
    { sample_id: 'a', sampleId: 'b' },
    { sampleId: 'b', sample_id: 'a' },
  ]) {
    const record = recordOf({ metadata });
    expect(record.sample_id).toBe('a');
    expect(record.metadata).toEqual({ sample_id: 'a', sampleId: 'b' });
  }
});

function reversed(object: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).reverse());
}

function inspect(event: Emitted): string {
  return JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}
