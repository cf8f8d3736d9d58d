import { describe, expect, it, vi } from 'vitest';
import { CrucibleError } from '../../src/core/errors.ts';
import type { EventDefinition } from '../../src/events/definition.ts';
import { defineEvent, eventInfo, eventsByCategory, requestEvents, standardEvents } from '../../src/events/registry.ts';

const RETRIEVAL = {
  category: 'retrieval',
  description: 'A retrieval ended.',
  fields: {
    measurements: { duration: { type: 'duration', unit: 'ms', description: 'How long it took.' } },
    metadata: {
      index: { type: ['string', 'integer'], description: 'The index that was searched.' },
      limits: {
        type: 'object',
        description: 'The limits.',
        fields: { top_k: { type: 'integer', description: 'Most results.' } },
      },
    },
  },
} as const satisfies EventDefinition;

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CrucibleError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('defineEvent', () => {
  it('makes an event known everywhere but among the standard ones', () => {
    const before = standardEvents();
    defineEvent('define_test.known.stop', { ...RETRIEVAL, category: 'define_known' });
    expect(eventInfo('define_test.known.stop')).toEqual({
      name: 'define_test.known.stop',
      request: false,
      ...RETRIEVAL,
      category: 'define_known',
    });
    expect(eventsByCategory().define_known).toEqual(['define_test.known.stop']);
    expect(standardEvents()).toBe(before);
    expect(requestEvents()).not.toContain('define_test.known.stop');
  });

  it('adds to a standard category without changing it for those who asked before', () => {
    const before = eventsByCategory();
    defineEvent('define_test.rag.tool', { category: 'tool', description: 'A tool of ours.' });
    expect(eventsByCategory().tool).toEqual([...before.tool, 'define_test.rag.tool']);
    expect(before.tool).not.toContain('define_test.rag.tool');
  });

  it('lets a request count among the requests', () => {
    defineEvent('define_test.request.stop', { ...RETRIEVAL, request: true });
    expect(requestEvents()).toContain('define_test.request.stop');
    expect(eventInfo('define_test.request.stop')?.request).toBe(true);
  });

  it('takes the name as a list, and needs no fields', () => {
    const info = defineEvent(['define_test', 'bare'], { category: 'retrieval', description: 'Nothing more is known.' });
    expect(info.name).toBe('define_test.bare');
    expect(eventInfo('define_test.bare')?.fields).toEqual({ measurements: {}, metadata: {} });
  });

  it('does nothing when the same definition comes again, in whatever order of keys', () => {
    const first = defineEvent('define_test.again', RETRIEVAL);
    const { fields, description, category } = RETRIEVAL;
    const again = defineEvent('define_test.again', {
      fields: {
        metadata: { limits: fields.metadata.limits, index: fields.metadata.index },
        measurements: fields.measurements,
      },
      request: false,
      description,
      category,
    });
    expect(again).toBe(first);
    expect(eventsByCategory().retrieval?.filter((name) => name === 'define_test.again')).toHaveLength(1);
  });

  it('refuses another definition of the same name, and keeps the first', () => {
    defineEvent('define_test.taken', RETRIEVAL);
    const changes: EventDefinition[] = [
      { ...RETRIEVAL, category: 'other' },
      { ...RETRIEVAL, description: 'Other.' },
      { ...RETRIEVAL, request: true },
      { category: RETRIEVAL.category, description: RETRIEVAL.description },
      {
        ...RETRIEVAL,
        fields: { ...RETRIEVAL.fields, measurements: { duration: { type: 'number', description: 'How long.' } } },
      },
    ];
    for (const changed of changes)
      expect(codeOf(() => defineEvent('define_test.taken', changed))).toBe('event_defined');
    expect(eventInfo('define_test.taken')).toEqual({ name: 'define_test.taken', request: false, ...RETRIEVAL });
  });

  it('refuses to define a standard event in another way', () => {
    expect(codeOf(() => defineEvent('req_llm.request.stop', RETRIEVAL))).toBe('event_defined');
    const { category, description, request, fields } = eventInfo('req_llm.request.stop')!;
    expect(defineEvent('req_llm.request.stop', { category, description, request, fields })).toBe(
      eventInfo('req_llm.request.stop'),
    );
    expect(eventsByCategory().llm).toHaveLength(3);
  });

  it('keeps a frozen copy, which later changes of the given objects do not reach', () => {
    const type: ['string', 'integer'] = ['string', 'integer'];
    const field = { type, description: 'Before.' };
    const metadata = { field };
    defineEvent('define_test.copy', { category: 'retrieval', description: 'Copied.', fields: { metadata } });
    field.description = 'After.';
    type.pop();
    const kept = eventInfo('define_test.copy')!.fields.metadata.field!;
    expect(kept).toEqual({ type: ['string', 'integer'], description: 'Before.' });
    expect([kept, kept.type, eventInfo('define_test.copy')!.fields].every(Object.isFrozen)).toBe(true);
  });

  it('keeps names apart from the properties that objects inherit', () => {
    defineEvent('__proto__', { category: '__proto__', description: 'A hostile name.' });
    expect(eventInfo('__proto__')?.category).toBe('__proto__');
    expect(Object.getOwnPropertyDescriptor(eventsByCategory(), '__proto__')?.value).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(eventsByCategory())).toBe(Object.prototype);
  });

  it('is known to a second copy of the package', async () => {
    defineEvent('define_test.shared', RETRIEVAL);
    vi.resetModules();
    const copy = await import('../../src/events/registry.ts');
    expect(copy.defineEvent).not.toBe(defineEvent);
    expect(copy.eventInfo('define_test.shared')).toBe(eventInfo('define_test.shared'));
    copy.defineEvent('define_test.shared_back', RETRIEVAL);
    expect(eventInfo('define_test.shared_back')?.category).toBe('retrieval');
  });

  const wrong: [string, unknown][] = [
    ['no definition', undefined],
    ['a text', 'retrieval'],
    ['no category', { description: 'x' }],
    ['an empty category', { category: ' ', description: 'x' }],
    ['no description', { category: 'retrieval' }],
    ['a request that is no flag', { ...RETRIEVAL, request: 'yes' }],
    ['a misspelt part', { ...RETRIEVAL, reqest: true }],
    ['fields that are a list', { ...RETRIEVAL, fields: [] }],
    ['fields that are in no group', { ...RETRIEVAL, fields: { duration: { type: 'duration', description: 'x' } } }],
    ['measurements that are a list', { ...RETRIEVAL, fields: { measurements: [] } }],
    ['a field that is a type', { ...RETRIEVAL, fields: { metadata: { a: 'string' } } }],
    ['a field without a description', { ...RETRIEVAL, fields: { metadata: { a: { type: 'string' } } } }],
    ['an unknown type', { ...RETRIEVAL, fields: { metadata: { a: { type: 'text', description: 'x' } } } }],
    [
      'a type that objects inherit',
      { ...RETRIEVAL, fields: { metadata: { a: { type: 'toString', description: 'x' } } } },
    ],
    ['no type at all', { ...RETRIEVAL, fields: { metadata: { a: { type: [], description: 'x' } } } }],
    ['an empty unit', { ...RETRIEVAL, fields: { metadata: { a: { type: 'number', unit: '', description: 'x' } } } }],
    [
      'fields inside a text',
      { ...RETRIEVAL, fields: { metadata: { a: { type: 'string', description: 'x', fields: {} } } } },
    ],
    [
      'a wrong field inside an object',
      {
        ...RETRIEVAL,
        fields: { metadata: { a: { type: 'object', description: 'x', fields: { b: { type: 'string' } } } } },
      },
    ],
  ];

  it.each(wrong)('refuses %s and defines nothing', (_what, definition) => {
    expect(codeOf(() => defineEvent('define_test.wrong', definition as EventDefinition))).toBe('invalid_argument');
    expect(eventInfo('define_test.wrong')).toBeUndefined();
  });

  it('refuses an invalid name', () => {
    expect(codeOf(() => defineEvent('define test', RETRIEVAL))).toBe('invalid_event_name');
  });
});
