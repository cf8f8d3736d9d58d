import { describe, expect, it } from 'vitest';
import { CrucibleError } from '../../src/core/errors.ts';
import { normalizeEventName } from '../../src/events/name.ts';

describe('normalizeEventName', () => {
  it('leaves a dotted name as it is', () => {
    for (const name of ['req_llm.request.stop', 'boot', 'my-app.step_2.Done', '0.1']) {
      expect(normalizeEventName(name)).toBe(name);
    }
  });

  it('gives a list of segments the same name as the dotted text', () => {
    expect(normalizeEventName(['req_llm', 'request', 'stop'])).toBe(normalizeEventName('req_llm.request.stop'));
    expect(normalizeEventName(['boot'])).toBe('boot');
  });

  const invalid: unknown[] = [
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'a b',
    'a.b\n',
    'naïve.name',
    'a/b',
    'a*',
    [],
    [''],
    ['a', ''],
    ['a.b', 'c'],
    ['a', 4],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    ['a', , 'b'],
    undefined,
    null,
    7,
    Symbol('a'),
    { 0: 'a', length: 1 },
  ];

  it.each(invalid.map((name) => [name]))('refuses %s with invalid_event_name', (name) => {
    let thrown: unknown;
    try {
      normalizeEventName(name as string);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(CrucibleError);
    expect((thrown as CrucibleError).code).toBe('invalid_event_name');
  });

  it('says which name it refused and what to write', () => {
    expect(() => normalizeEventName('my app.stop')).toThrow(
      /"my app\.stop" is not an event name.*my_app\.retrieval\.stop/,
    );
  });
});
