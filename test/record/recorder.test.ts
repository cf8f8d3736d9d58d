import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventRecord } from '../../src/record/event-record.ts';
import { FIELDS, fieldIndex } from '../../src/record/fields.ts';
import { MAX_STRING_LENGTH, snapshot } from '../../src/record/snapshot.ts';
import { type Emitted, recordOf, Tape } from './tape.ts';
import { jsonLike, objectOf } from './values.ts';

describe('an event that is taken back', () => {
  test('leaves no trace in the events around it', () => {
    const event = fc.record({ measurements: objectOf(jsonLike()), metadata: objectOf(jsonLike()), kept: fc.boolean() });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.constantFrom(1, 4, 16), (events, capacity) => {
        const [tape, other] = [new Tape({ capacity }), new Tape({ capacity })];
        for (const event of events) {
          if (event.kept) {
            tape.keep(event);
            other.keep(event);
          } else {
            tape.capture(event);
            tape.recorder.rollback();
          }
        }
        for (let seal = 0; seal < 2; seal++) {
          deepStrictEqual(tape.records(), other.records());
          tape.seal();
        }
      }),
      { numRuns: 150 },
    );
  });

  test('leaves none of its keys beyond the columns either', () => {
    const tape = new Tape();
    tape.capture({ metadata: Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`k${i}`, i])) });
    tape.recorder.rollback();
    expect(tape.keep({}).metadata).toEqual({});
    expect(JSON.stringify(tape.records())).not.toContain('k1400');
  });

  test('half-way leaves none of its fields', () => {
    const tape = new Tape();
    const metadata = {
      model: 'm',
      tokens: { prompt: 5 },
      user_id: 'u',
      get last(): never {
        throw new Error('no');
      },
    };
    expect(() => tape.capture({ name: 'a.stop', measurements: { duration: 5 }, metadata })).toThrow('no');
    tape.recorder.rollback();
    expect(tape.keep({})).toEqual(recordOf({}));
  });

  test('half-way, deep in an object, does not make later objects look circular', () => {
    const tape = new Tape();
    let fails = true;
    const shared = {
      x: 1,
      get bad(): number {
        if (fails) throw new Error('no');
        return 2;
      },
    };
    expect(() => tape.capture({ metadata: { a: { b: shared } } })).toThrow('no');
    tape.recorder.rollback();
    fails = false;
    expect(tape.keep({ metadata: { a: { b: shared } } }).metadata).toEqual({ a: { b: { x: 1, bad: 2 } } });
  });
});

describe('events that are executed while another one is recorded', () => {
  test('by one of its getters are refused, and do not touch it', () => {
    const tape = new Tape();
    let refused: unknown;
    const record = tape.keep({
      measurements: { loss: 1 },
      metadata: {
        before: 1,
        get lazy() {
          try {
            tape.keep({ metadata: { intruder: true, model: 'm' } });
          } catch (error) {
            refused = error;
          }
          return 2;
        },
        after: 3,
      },
    });
    expect(refused).toBeInstanceOf(Error);
    expect(record).toMatchObject({ loss: 1, model: null, metadata: { before: 1, lazy: 2, after: 3 } });
    expect(tape.records()).toHaveLength(1);
    expect(tape.keep({ metadata: { next: 1 } })).toMatchObject({ sequence: 1, metadata: { next: 1 } });
  });

  test('between its beginning and its capture have rows of their own', () => {
    for (const capacity of [1, 2, 64]) {
      const tape = new Tape({ capacity });
      const { recorder } = tape;
      recorder.begin();
      tape.keep({ metadata: { i: 'inner 1' } });
      tape.keep({ metadata: { i: 'inner 2' } });
      recorder.capture({ name: 'a', index: -1 }, {}, { i: 'outer' }, 7, 'run');
      recorder.commit();
      expect(tape.records().map((record) => record.metadata.i)).toEqual(['inner 1', 'inner 2', 'outer']);
    }
  });

  test('do not lose their rows when it is taken back', () => {
    const tape = new Tape();
    tape.recorder.begin();
    tape.keep({ metadata: { i: 'inner' } });
    tape.recorder.rollback();
    expect(tape.records().map((record) => record.metadata)).toEqual([{ i: 'inner' }]);
  });
});

test('while the store takes no more there is no row, and what is kept stays; then there is one again', () => {
  const tape = new Tape({ capacity: 2 });
  tape.mostBatches = 1;
  for (let i = 0; i < 2; i++) tape.keep({ measurements: { i } });
  for (let i = 0; i < 3; i++) expect(tape.recorder.begin()).toBe(false);
  tape.recorder.rollback();
  tape.mostBatches = 2;
  tape.keep({ measurements: { i: 2 } });
  expect(tape.records().map((record) => [record.sequence, record.measurements.i])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ]);
});

describe('cycles in an event', () => {
  test('are named where they close, as in a snapshot', () => {
    const metadata: Record<string, unknown> = { a: 1 };
    metadata.self = metadata;
    metadata.list = [metadata, { metadata }];
    metadata.inner = { back: metadata, list: [metadata], deep: {} };
    const { deep } = metadata.inner as { deep: Record<string, unknown> };
    deep.up = metadata.inner;
    deep.map = new Map([['up', deep]]);
    for (const event of [{ metadata }, { measurements: metadata }]) {
      const record = recordOf(event);
      const root = 'metadata' in event ? record.metadata : record.measurements;
      expect(root).toEqual({
        a: 1,
        self: '[Circular]',
        list: ['[Circular]', { metadata: '[Circular]' }],
        inner: { back: '[Circular]', list: ['[Circular]'], deep: { up: '[Circular]', map: { up: '[Circular]' } } },
      });
      expect(root).toEqual(snapshot(metadata));
    }
  });

  test('are none where one object stands in both halves or twice in one', () => {
    const shared = { x: 1 };
    const metadata = { a: shared, b: shared, list: [shared, shared] };
    expect(recordOf({ measurements: { metadata, shared }, metadata })).toMatchObject({
      measurements: { metadata: { a: { x: 1 }, b: { x: 1 }, list: [{ x: 1 }, { x: 1 }] }, shared: { x: 1 } },
      metadata: { a: { x: 1 }, b: { x: 1 }, list: [{ x: 1 }, { x: 1 }] },
    });
  });

  test('through many objects that all know each other end', () => {
    const nodes: Record<string, unknown>[] = Array.from({ length: 60 }, (_, id) => ({ id }));
    for (const node of nodes) for (const other of nodes) if (other !== node) node[`to_${other.id}`] = other;
    const record = recordOf({ measurements: { loss: 1 }, metadata: { graph: nodes[0], model: 'm' } });
    expect(record).toMatchObject({ loss: 1, model: 'm' });
    expect(JSON.stringify(record.metadata)).toContain('[Too large]');
    let layer: Record<string, unknown> = { end: 1 };
    for (let depth = 0; depth < 7; depth++) layer = Object.fromEntries(nodes.map((_, i) => [`to_${i}`, layer]));
    expect(JSON.stringify(recordOf({ metadata: { layer } }).metadata)).toContain('[Too large]');
    expect(recordOf({ metadata: { graph: { id: 1 } } }).metadata).toEqual({ graph: { id: 1 } });
  });
});

test('objects deeper than the columns are kept as a snapshot keeps them', () => {
  for (const depth of [1, 7, 8, 9, 31, 32, 33, 40]) {
    let metadata: Record<string, unknown> = { core: [1, { x: Number.NaN }], text: 'x'.repeat(5000) };
    for (let i = 1; i < depth; i++) metadata = { inner: metadata };
    deepStrictEqual(recordOf({ metadata }).metadata, snapshot(metadata));
  }
});

test('huge texts are cut in measurements, metadata and fields alike', () => {
  const long = 'x'.repeat(MAX_STRING_LENGTH * 2);
  const record = recordOf({
    measurements: { long },
    metadata: { long, list: [long], model: long, inner: { long } },
    explicit: { user_id: long },
    defaults: { texts: [[fieldIndex('cohort'), long]], metadata: { lent: long } },
  });
  const { metadata, measurements, model, user_id, cohort } = record;
  const { list, inner } = metadata as { list: unknown[]; inner: Record<string, unknown> };
  const texts = [
    measurements.long,
    metadata.long,
    list[0],
    metadata.model,
    inner.long,
    metadata.lent,
    model,
    user_id,
    cohort,
  ];
  for (const text of texts) {
    expect((text as string).length).toBeLessThanOrEqual(MAX_STRING_LENGTH);
    expect(text).toMatch(/^x+…\[\d+ more characters\]$/);
  }
});

describe('what surrounds an event', () => {
  const defaults = {
    texts: [
      [fieldIndex('sample_id'), 'lent'],
      [fieldIndex('model'), 'lent'],
      [fieldIndex('checkpoint_path'), 'lent'],
    ] as const,
    metadata: { experimenter: 'ada', epoch: 3, error: null, ['__proto__']: 'own', constructor: 'c' },
  };

  test('fills what the event does not say', () => {
    expect(recordOf({ defaults })).toMatchObject({ sample_id: 'lent', model: 'lent', epoch: 3 });
    const { metadata } = recordOf({ defaults });
    expect(Object.entries(metadata)).toEqual(Object.entries(defaults.metadata));
  });

  test('does not change what the event says', () => {
    const metadata = { sample_id: 'own', experimenter: null, epoch: 1, path: 'own' };
    expect(recordOf({ name: 'crucible_train.checkpoint.saved', metadata, defaults })).toMatchObject({
      sample_id: 'own',
      checkpoint_path: 'own',
      epoch: 1,
      metadata: { experimenter: null, epoch: 1 },
    });
    expect(recordOf({ measurements: { model: 'own', epoch: 1 }, defaults })).toMatchObject({ model: 'own', epoch: 1 });
  });

  test('fills what the event leaves undefined, or says in a type that does not fit', () => {
    const metadata = { sample_id: undefined, experimenter: undefined, model: { id: 'x' } };
    const record = recordOf({ metadata, defaults });
    expect(record).toMatchObject({ sample_id: 'lent', model: 'lent' });
    expect(record.metadata).toMatchObject({ experimenter: 'ada', model: { id: 'x' } });
  });

  test('is the trace of the span around it, and that span its parent', () => {
    const span = { trace_id: 't', span_id: 's' };
    expect(recordOf({ span })).toMatchObject({ trace_id: 't', span_id: null, parent_span_id: 's' });
    expect(recordOf({ span, metadata: { span_id: 'inner' } })).toMatchObject({
      trace_id: 't',
      span_id: 'inner',
      parent_span_id: 's',
    });
    expect(recordOf({ span, metadata: { trace_id: 't', span_id: 's' } })).toMatchObject({
      span_id: 's',
      parent_span_id: null,
    });
    expect(recordOf({ span, metadata: { trace_id: 'other' } })).toMatchObject({
      trace_id: 'other',
      parent_span_id: null,
    });
    expect(recordOf({ span, metadata: { parent_span_id: 'p' } })).toMatchObject({ trace_id: 't', parent_span_id: 'p' });
  });
});

describe('fields that are given', () => {
  test('win over the event and are not derived', () => {
    const event: Emitted = {
      name: 'req_llm.request.stop',
      measurements: { duration: 5, cost_usd: 1 },
      metadata: { model: 'm', error: 'no', tokens: { input: 3 } },
      explicit: { latency_ms: 7, success: true, cost_usd: 2, model: 'given', input_tokens: 4, event_id: 'mine' },
    };
    expect(recordOf(event)).toMatchObject({
      ...event.explicit,
      metadata: event.metadata,
      measurements: event.measurements,
    });
  });

  test('of a wrong type, null or of no field say nothing', () => {
    const explicit = {
      latency_ms: '7',
      model: null,
      nothing: 1,
      success: 'yes',
      metadata: { x: 1 },
    } as unknown as Partial<EventRecord>;
    const event = { name: 'a.stop', measurements: { duration: 5 }, metadata: { model: 'm' } };
    expect(recordOf({ ...event, explicit })).toEqual(recordOf(event));
  });

  test('can not be those that the recorder and the experiment write', () => {
    const explicit = {
      event_name: 'x.y',
      category: 'x',
      timestamp: 1,
      writer_id: 'x',
      sequence: 9,
      scope: 'run',
      experiment_id: 'x',
      condition: 'x',
      tags: ['x'],
    } as const;
    const tape = new Tape();
    expect(tape.keep({ timestamp: 5, explicit })).toEqual(recordOf({ timestamp: 5 }));
    expect(tape.batches[0]).toMatchObject({ minTimestamp: 5, maxTimestamp: 5 });
  });
});

test('the probability of being kept is stored, on top of one that the event came with', () => {
  const tape = new Tape();
  for (const explicit of [{}, { inclusion_probability: 0.5 }]) {
    tape.capture({ explicit });
    tape.recorder.setInclusionProbability(0.25);
    tape.recorder.commit();
  }
  expect(tape.records().map((record) => record.inclusion_probability)).toEqual([0.25, 0.125]);
});

test('between capture and commit the row has what the record will have', () => {
  const tape = new Tape();
  tape.capture({
    name: 'req_llm.request.stop',
    measurements: { duration: 12 },
    metadata: { model: 'gpt-4o', tokens: { prompt: 10, completion: 5 }, sample_id: 3 },
  });
  const { row } = tape.recorder;
  const seen = Object.fromEntries(
    FIELDS.map(({ name, type }, role): [string, unknown] => [
      name,
      !row.has(role)
        ? null
        : type === 'string'
          ? row.texts[role]
          : type === 'boolean'
            ? row.numbers[role] === 1
            : row.numbers[role],
    ]),
  );
  expect(row).toMatchObject({ eventName: 'req_llm.request.stop', category: 'llm', request: true });
  tape.recorder.commit();
  const [record] = tape.records() as [EventRecord];
  for (const name of [
    'latency_ms',
    'model',
    'input_tokens',
    'output_tokens',
    'sample_id',
    'success',
    'cost_usd',
    'cost_source',
    'loss',
  ]) {
    expect(seen[name], name).toEqual(record[name as keyof EventRecord]);
  }
});

test('an event name beyond the number of those that are remembered is recorded like any other', () => {
  const tape = new Tape({ capacity: 4096 });
  for (let i = 0; i < 1200; i++) tape.keep({ name: `my_app.e${i}.stop`, metadata: { i, sampleId: i } });
  const again = [5, 1100].map((i) => tape.keep({ name: `my_app.e${i}.stop`, metadata: { i, sampleId: i } }));
  expect(again).toMatchObject([
    { event_name: 'my_app.e5.stop', sample_id: '5', success: true, metadata: { i: 5, sample_id: 5 } },
    { event_name: 'my_app.e1100.stop', sample_id: '1100', success: true, metadata: { i: 1100, sample_id: 1100 } },
  ]);
});
