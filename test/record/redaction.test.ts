import { describe, expect, test } from 'vitest';
import { CrucibleError } from '../../src/core/errors.ts';
import { fieldIndex } from '../../src/record/fields.ts';
import { REDACTED, Redaction } from '../../src/record/redaction.ts';
import { type Emitted, recordOf, Tape, type TapeOptions } from './tape.ts';

const SECRET = 'xyzzy-secret';

class User {
  readonly name = SECRET;
  readonly id = 1;
}

/** Everything of an event that is kept, as text: records, cells before and after sealing, strings of the dictionaries. */
function everythingKept(events: readonly Emitted[], options: TapeOptions): string {
  const tape = new Tape({ capacity: events.length, ...options });
  for (const event of events) tape.keep(event);
  let text = '';
  for (let seal = 0; seal < 2; seal++) {
    text += JSON.stringify(tape.records());
    for (const batch of tape.batches) {
      for (const column of batch.columns) {
        text += JSON.stringify(column?.dictionary.texts);
        for (let row = 0; row < batch.rows; row++) text += JSON.stringify(column?.get(row));
      }
      for (let row = 0; row < batch.rows; row++) text += JSON.stringify(batch.rest('metadata', row));
    }
    tape.seal();
  }
  return text;
}

function repeated(event: Emitted): Emitted[] {
  return [event, { metadata: { other: 1 } }, event, event];
}

describe('a field that is redacted never reaches a record, wherever it comes from', () => {
  const user: Emitted[] = [
    { metadata: { user_id: SECRET } },
    { metadata: { userId: SECRET } },
    { metadata: { user_id: 'x', userId: SECRET } },
    { metadata: { user_id: [SECRET], userId: { id: SECRET } } },
    { measurements: { user_id: SECRET } },
    { explicit: { user_id: SECRET } },
    { defaults: { texts: [[fieldIndex('user_id'), SECRET]], metadata: undefined } },
    { defaults: { texts: [], metadata: { user_id: { id: SECRET } } } },
  ];
  test.each(user)('%j', (event) => {
    expect(everythingKept(repeated(event), {})).toContain(SECRET);
    expect(everythingKept(repeated(event), { redact: ['user_id'] })).not.toContain(SECRET);
    expect(recordOf(event, { redact: ['user_id'] }).user_id).toBeNull();
  });

  test('not from the span around the event either', () => {
    const event = { span: { trace_id: SECRET, span_id: SECRET } };
    expect(everythingKept(repeated(event), { redact: ['trace_id', 'parent_span_id'] })).not.toContain(SECRET);
  });

  test('nor derived', () => {
    const event = {
      name: 'req_llm.request.stop',
      measurements: { duration: 5, start: 1, stop: 6 },
      metadata: {
        model: 'gpt-4o',
        error: 'e',
        status: 500,
        response: 'r',
        tokens: { prompt: 10, completion: 5 },
        usage: { prompt_tokens: 10 },
      },
    };
    expect(recordOf(event)).toMatchObject({ latency_ms: 5, success: false, input_tokens: 10, cost_source: /genai/ });
    const record = recordOf(event, { redact: ['latency_ms', 'success', 'cost_usd', 'input_tokens'] });
    expect(record).toMatchObject({
      latency_ms: null,
      success: null,
      cost_usd: null,
      input_tokens: null,
      output_tokens: 5,
    });
    expect(record.measurements).toEqual({ duration: REDACTED, start: REDACTED, stop: REDACTED });
    expect(record.metadata).toMatchObject({
      error: REDACTED,
      status: REDACTED,
      response: REDACTED,
      tokens: { prompt: REDACTED, completion: 5 },
      usage: { prompt_tokens: REDACTED },
    });
  });

  test('nor added up', () => {
    const metadata = { usage: { input_tokens: 5, cache_read_input_tokens: 7, cache_creation_input_tokens: 9 } };
    const record = recordOf({ metadata }, { redact: ['input_tokens'] });
    expect(record.input_tokens).toBeNull();
    expect(Object.values(record.metadata.usage as object)).toEqual([REDACTED, REDACTED, REDACTED]);
  });

  test('and what stands in its place says so', () => {
    expect(recordOf({ metadata: { userId: 'u', other: 1 } }, { redact: ['user_id'] }).metadata).toEqual({
      user_id: REDACTED,
      other: 1,
    });
  });
});

describe('a path that is redacted', () => {
  const cases: [path: string, metadata: Record<string, unknown>, expected: Record<string, unknown>][] = [
    ['metadata.prompt', { prompt: SECRET, other: 1 }, { prompt: REDACTED, other: 1 }],
    ['metadata.prompt', { prompt: { text: SECRET } }, { prompt: REDACTED }],
    ['metadata.prompt', { prompt: [SECRET] }, { prompt: REDACTED }],
    ['metadata.prompt', { prompt: new Error(SECRET) }, { prompt: REDACTED }],
    ['metadata.prompt', { inner: { prompt: 'kept' } }, { inner: { prompt: 'kept' } }],
    ['metadata.user.name', { user: { name: SECRET, id: 1 } }, { user: { name: REDACTED, id: 1 } }],
    ['metadata.user.name', { user: new Map([['name', SECRET]]) }, { user: { name: REDACTED } }],
    ['metadata.user.name', { user: new User() }, { user: { name: REDACTED, id: 1 } }],
    [
      'metadata.messages.*.content',
      { messages: [{ role: 'u', content: SECRET }, { content: [SECRET] }, 'plain'] },
      { messages: [{ role: 'u', content: REDACTED }, { content: REDACTED }, 'plain'] },
    ],
    [
      'metadata.messages.*.content',
      { messages: { first: { content: SECRET } } },
      { messages: { first: { content: REDACTED } } },
    ],
    ['metadata.messages.0', { messages: [SECRET, 'kept'] }, { messages: [REDACTED, 'kept'] }],
    ['metadata.messages.*', { messages: [SECRET, { a: SECRET }] }, { messages: [REDACTED, REDACTED] }],
    [
      'metadata.*.key',
      { a: { key: SECRET }, b: [1], c: { key: { d: SECRET } } },
      { a: { key: REDACTED }, b: [1], c: { key: REDACTED } },
    ],
    [
      'metadata.a.*.*.b',
      { a: [[{ b: SECRET }], { x: { b: SECRET } }] },
      { a: [[{ b: REDACTED }], { x: { b: REDACTED } }] },
    ],
    [
      'metadata."a.b".c',
      { 'a.b': { c: SECRET }, a: { b: { c: 'kept' } } },
      { 'a.b': { c: REDACTED }, a: { b: { c: 'kept' } } },
    ],
    [
      'metadata.error.message',
      { error: Object.assign(new Error(SECRET), { stack: '' }) },
      { error: { name: 'Error', message: REDACTED, stack: '' } },
    ],
    [
      'metadata',
      { a: SECRET, b: { c: SECRET }, d: [SECRET], e: 5 },
      { a: REDACTED, b: REDACTED, d: REDACTED, e: REDACTED },
    ],
    ['metadata.constructor', { constructor: SECRET }, { constructor: REDACTED }],
    ['metadata.userId', { userId: SECRET }, { user_id: REDACTED }],
    ['metadata.user_id', { userId: SECRET }, { user_id: REDACTED }],
    ['metadata.userId', { user_id: SECRET }, { user_id: REDACTED }],
    ['metadata.userId', { user_id: SECRET, userId: SECRET }, { user_id: REDACTED, userId: REDACTED }],
    ['metadata.userId.name', { userId: { name: SECRET } }, { user_id: { name: REDACTED } }],
  ];
  test.each(cases)('%s', (path, metadata, expected) => {
    expect(recordOf({ metadata }, { redact: [path] }).metadata).toEqual(expected);
    expect(everythingKept(repeated({ metadata }), { redact: [path] })).not.toContain(SECRET);
  });

  test('deeper than the columns, among keys beyond the columns, and of what could not be read', () => {
    let deep: Record<string, unknown> = { secret: SECRET, kept: 1 };
    for (let i = 0; i < 12; i++) deep = { in: deep };
    const path = `metadata${'.in'.repeat(12)}.secret`;
    expect(everythingKept(repeated({ metadata: deep }), { redact: [path] })).not.toContain(SECRET);

    const many = Object.fromEntries(
      Array.from({ length: 1500 }, (_, i) => [`k${i}`, { secret: SECRET, list: [{ secret: SECRET }] }]),
    );
    const redact = ['metadata.*.secret', 'metadata.*.list.*.secret'];
    expect(everythingKept([{ metadata: many }], { redact })).not.toContain(SECRET);
  });

  test('fills no field', () => {
    const metadata = { model: SECRET, tokens: { prompt: 5 }, user_id: SECRET, error: SECRET };
    const record = recordOf(
      { metadata },
      { redact: ['metadata.model', 'metadata.tokens', 'metadata.user_id', 'metadata.error'] },
    );
    expect(record).toMatchObject({ model: null, input_tokens: null, user_id: null, success: null });
  });

  test('is not filled from the context of a run', () => {
    const defaults = { texts: [[fieldIndex('user_id'), SECRET]] as const, metadata: { note: { a: SECRET } } };
    for (const redact of [
      ['metadata.user_id', 'metadata.note.a'],
      ['metadata.userId', 'metadata.note'],
      ['metadata'],
      ['user_id', 'metadata.*.a'],
    ]) {
      expect(everythingKept(repeated({ defaults }), { redact })).not.toContain(SECRET);
    }
  });

  test('of measurements leaves the metadata alone', () => {
    const event = { measurements: { a: 1, b: [2] }, metadata: { a: 1 } };
    expect(recordOf(event, { redact: ['measurements.a'] })).toMatchObject({
      measurements: { a: REDACTED, b: [2] },
      metadata: { a: 1 },
    });
    expect(recordOf(event, { redact: ['measurements'] })).toMatchObject({
      measurements: { a: REDACTED, b: REDACTED },
      metadata: { a: 1 },
    });
  });
});

test('does not change what the caller holds', () => {
  const metadata = { messages: [{ content: SECRET }], user: new Map([['name', SECRET]]) };
  recordOf({ metadata }, { redact: ['metadata.messages.*.content', 'metadata.user.name'] });
  expect(metadata.messages[0]!.content).toBe(SECRET);
  expect(metadata.user.get('name')).toBe(SECRET);
});

describe('what can not be redacted is refused at once', () => {
  test.each([
    ['nothing', 'unknown_field'],
    ['', 'unknown_field'],
    ['meta.prompt', 'unknown_field'],
    ['event_name', 'invalid_argument'],
    ['experiment_id', 'invalid_argument'],
    ['timestamp', 'invalid_argument'],
    ['tags', 'invalid_argument'],
    ['metadata.', 'invalid_argument'],
    ['metadata.a"b', 'invalid_argument'],
    ['metadata."\\x"', 'invalid_argument'],
  ])('%j', (path, code) => {
    expect(() => new Redaction(['user_id', path])).toThrow(CrucibleError);
    expect(() => new Redaction(['user_id', path])).toThrow(expect.objectContaining({ code, hint: expect.any(String) }));
  });
});
