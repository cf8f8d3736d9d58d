import { deepStrictEqual } from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  boundedString,
  copySnapshot,
  isPlainObject,
  MAX_STRING_LENGTH,
  readable,
  snapshot,
} from '../../src/record/snapshot.ts';
import { anything, hostileProxies, throwing } from './values.ts';

class Money {
  toJSON(): object {
    return { usd: 1n };
  }
}

describe('a snapshot', () => {
  test.each([
    ['a text', 'x', 'x'],
    ['a number', 1.5, 1.5],
    ['NaN', Number.NaN, Number.NaN],
    ['an infinity', -Infinity, -Infinity],
    ['negative zero', -0, -0],
    ['null', null, null],
    ['undefined', undefined, null],
    ['true', true, true],
    ['a safe bigint', 9007199254740991n, 9007199254740991],
    ['a negative safe bigint', -9007199254740991n, -9007199254740991],
    ['an unsafe bigint', 9007199254740992n, 9007199254740992n],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', function work() {}, '[Function: work]'],
    [
      'a function without a name',
      (
        () => () =>
          1
      )(),
      '[Function: anonymous]',
    ],
    ['a class', class Worker {}, '[Function: Worker]'],
    ['a date', new Date('2025-01-02T03:04:05.678Z'), '2025-01-02T03:04:05.678Z'],
    ['a date that is none', new Date(Number.NaN), 'Invalid Date'],
    ['a URL', new URL('https://a.example/b?c'), 'https://a.example/b?c'],
    ['a regular expression', /a+/gi, '/a+/gi'],
    ['a promise', Promise.resolve(1), '[Promise]'],
    ['a map with text keys', new Map([['a', new Map([['b', 1n]])]]), { a: { b: 1 } }],
    ['a map with other keys', new Map([[1, 'a']]), [[1, 'a']]],
    ['a set', new Set([1, 'a', undefined]), [1, 'a', null]],
    ['a typed array', new Float32Array([0.5, Number.NaN]), [0.5, Number.NaN]],
    ['bytes', new Uint8Array([1, 255]), [1, 255]],
    ['big integers', new BigInt64Array([1n, 2n ** 60n]), [1, 2n ** 60n]],
    ['a buffer', Buffer.from('abc'), '[Buffer 3 bytes]'],
    ['an array buffer', new ArrayBuffer(8), '[ArrayBuffer 8 bytes]'],
    ['a data view', new DataView(new ArrayBuffer(8)), '[DataView 8 bytes]'],
    ['a boxed number', Object(5), 5],
    ['a boxed text', Object('x'), 'x'],
    ['a boxed bigint', Object(2n ** 60n), 2n ** 60n],
    ['an empty list', [], []],
    ['a list with holes', Object.assign(new Array(4), { 0: 1, 3: 2 }), [1, null, null, 2]],
    ['an empty object', {}, {}],
    ['an object with undefined', { a: undefined, b: null }, { b: null }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['a frozen object', Object.freeze({ a: Object.freeze([1]) }), { a: [1] }],
    ['symbols as keys', { [Symbol('s')]: 1, a: 2 }, { a: 2 }],
    ['an instance', Object.assign(new (class Point {})(), { x: 1, y: { z: 2 } }), { x: 1, y: { z: 2 } }],
    [
      'private and inherited properties',
      Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }),
      { own: 2 },
    ],
    ['what has toJSON', new Money(), { usd: 1 }],
    ['a literal with toJSON', { a: 1, toJSON: (): string => 'x' }, { a: 1, toJSON: '[Function: toJSON]' }],
    ['an object of another realm', runInNewContext('({ a: [1, { b: 2 }] })'), { a: [1, { b: 2 }] }],
  ])('of %s', (_, value, expected) => {
    expect(snapshot(value)).toStrictEqual(expected);
    // And where it is a value among others.
    expect(snapshot([value, { value }])).toStrictEqual([expected, value === undefined ? {} : { value: expected }]);
  });

  test('of any key that an object can have is that key', () => {
    for (const key of [
      '__proto__',
      'constructor',
      'hasOwnProperty',
      'toString',
      '',
      '0',
      'a.b',
      '"',
      '\\',
      '\n',
      '\ud800',
      '…',
    ]) {
      const object = Object.defineProperty({}, key, { value: { x: 1 }, enumerable: true });
      const copy = snapshot(object) as object;
      // Half a character is no text: files could not keep it.
      const kept = key.toWellFormed();
      expect(Object.keys(copy)).toEqual([kept]);
      expect(Object.getOwnPropertyDescriptor(copy, kept)?.value).toEqual({ x: 1 });
      expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    }
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test('of an error has its name, message, stack, cause and own properties', () => {
    const cause = new TypeError('inner');
    const error = Object.assign(new RangeError('outer', { cause }), { code: 'E_OUT', at: new Date(0) });
    expect(snapshot(error)).toEqual({
      name: 'RangeError',
      message: 'outer',
      stack: error.stack,
      code: 'E_OUT',
      at: '1970-01-01T00:00:00.000Z',
      cause: { name: 'TypeError', message: 'inner', stack: cause.stack },
    });
  });

  test('of an error that is its own cause ends', () => {
    const error: Error = new Error('loop');
    error.cause = error;
    expect(snapshot(error)).toMatchObject({ message: 'loop', cause: '[Circular]' });
  });

  test('of an aggregate error has its errors', () => {
    expect(snapshot(new AggregateError([new Error('a'), 'b'], 'both'))).toMatchObject({
      name: 'AggregateError',
      message: 'both',
      errors: [{ message: 'a' }, 'b'],
    });
  });

  test('says what a getter threw, of another realm too', () => {
    const thrown: unknown = runInNewContext('new TypeError("there")');
    const object = Object.defineProperty({}, 'bad', {
      enumerable: true,
      get() {
        throw thrown;
      },
    });
    expect(snapshot(object)).toEqual({ bad: '[Threw: there]' });
  });

  test('of an error of another realm is that of an error', () => {
    expect(snapshot(runInNewContext('new TypeError("there")'))).toMatchObject({ name: 'TypeError', message: 'there' });
    expect(snapshot(new DOMException('gone', 'AbortError'))).toMatchObject({ name: 'AbortError', message: 'gone' });
  });

  test('of an error whose message can not be read has the rest', () => {
    const error = Object.defineProperty(new Error('x'), 'message', {
      get() {
        throw new Error('secret');
      },
    });
    expect(snapshot(Object.assign(error, { code: 7 }))).toMatchObject({
      name: 'Error',
      message: '[Threw: secret]',
      code: 7,
    });
  });

  test('names a cycle where it closes: direct, through a list, a map, an instance, a cause', () => {
    const self: Record<string, unknown> = { a: 1 };
    self.self = self;
    self.list = [self, [self]];
    self.map = new Map([['self', self]]);
    self.set = new Set([self]);
    self.inner = { back: self, list: [] as unknown[] };
    const list = (self.inner as { list: unknown[] }).list;
    list.push(list);
    expect(snapshot(self)).toEqual({
      a: 1,
      self: '[Circular]',
      list: ['[Circular]', ['[Circular]']],
      map: { self: '[Circular]' },
      set: ['[Circular]'],
      inner: { back: '[Circular]', list: ['[Circular]'] },
    });
  });

  test('of a value that occurs twice without a cycle has it twice', () => {
    const shared = { x: [1] };
    expect(snapshot({ a: shared, b: [shared, shared] })).toEqual({ a: { x: [1] }, b: [{ x: [1] }, { x: [1] }] });
  });

  test('goes 32 levels deep', () => {
    const nest = (depth: number, make: (inner: unknown) => unknown): unknown =>
      depth === 0 ? 'core' : make(nest(depth - 1, make));
    const text = (depth: number, make: (inner: unknown) => unknown) => JSON.stringify(snapshot(nest(depth, make)));
    for (const make of [
      (inner: unknown) => ({ inner }),
      (inner: unknown) => [inner],
      (inner: unknown) => new Map([['m', inner]]),
    ]) {
      expect(text(32, make)).toContain('core');
      expect(text(33, make)).toContain('[Too deep]');
      expect(text(33, make)).not.toContain('core');
      expect(text(5000, make)).toContain('[Too deep]');
    }
  });

  test('of what makes itself anew without end, ends', () => {
    class Endless {
      toJSON(): Endless {
        return new Endless();
      }
      get next(): Endless {
        return new Endless();
      }
    }
    expect(snapshot(new Endless())).toBe('[Too deep]');
    class Growing {
      readonly list = [1];
      toJSON(): object {
        return { next: [new Growing()], ...this };
      }
    }
    expect(JSON.stringify(snapshot(new Growing()))).toContain('[Too deep]');
  });

  test('of objects that all know each other, ends and says that values are missing', () => {
    const nodes = Array.from({ length: 60 }, (_, id) => ({ id, others: [] as unknown[] }));
    for (const node of nodes) node.others = nodes.filter((other) => other !== node);
    expect(JSON.stringify(snapshot(nodes[0]))).toContain('more elements]');
    const wide = Object.fromEntries(Array.from({ length: 250_000 }, (_, i) => [`k${i}`, i]));
    expect((snapshot(wide) as Record<string, unknown>)['…']).toMatch(/^\[\d+ more properties\]$/);
  });

  test('of a list has at most 100,000 elements, the last a note of how many are missing', () => {
    expect(snapshot(new Array(100_000).fill(1))).toHaveLength(100_000);
    expect((snapshot(new Array(100_000).fill(1)) as unknown[]).at(-1)).toBe(1);
    const copy = snapshot(new Float64Array(1_000_000)) as unknown[];
    expect(copy).toHaveLength(100_000);
    expect(copy.at(-2)).toBe(0);
    expect(copy.at(-1)).toBe('…[900001 more elements]');
    expect(snapshot(new Array(4_000_000_000))).toHaveLength(100_000);
  });

  test('of a getter that throws says so, and has the rest', () => {
    const list = [throwing(new Error('no')), throwing('text'), throwing(null), { inner: throwing(undefined) }];
    expect(snapshot({ a: 1, list })).toEqual({
      a: 1,
      list: [
        { x: 1, bad: '[Threw: no]' },
        { x: 1, bad: '[Threw: text]' },
        { x: 1, bad: '[Threw: null]' },
        { inner: { x: 1, bad: '[Threw: undefined]' } },
      ],
    });
  });

  test('of a proxy whose traps throw says so, whatever the trap and whatever is thrown', () => {
    for (const { proxy, trap } of hostileProxies()) {
      const copy = snapshot({ before: 1, proxy, after: [proxy] }) as Record<string, unknown>;
      expect.soft(copy.before, trap).toBe(1);
      expect.soft(JSON.stringify(copy.proxy), trap).toMatch(/Threw: trap|\[Function: |\[\]|"x"/);
    }
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(snapshot({ proxy })).toEqual({ proxy: expect.stringContaining('[Threw: ') });
    const unreadable = throwing(new Error('worse'), 'toString');
    expect(snapshot(throwing(unreadable))).toEqual({ x: 1, bad: '[Threw]' });
  });

  test('never throws, has plain values only, and a snapshot of it equals it', () => {
    fc.assert(
      fc.property(anything(), (make) => {
        const copy = snapshot(make());
        expectPlain(copy);
        deepStrictEqual(snapshot(copy), copy);
        deepStrictEqual(copySnapshot(copy), copy);
      }),
    );
  });

  test('of a snapshot with notes of what was cut equals it', () => {
    const copy = snapshot({
      text: 'x'.repeat(MAX_STRING_LENGTH + 5),
      list: new Array(100_005).fill(0),
      deep: nested(40),
    });
    expect(snapshot(copy)).toStrictEqual(copy);
  });

  test('shares nothing with its value', () => {
    const value = {
      list: [{ a: [1] }],
      map: new Map([['k', { x: 1 }]]),
      bytes: new Uint8Array([1]),
      date: new Date(0),
    };
    const copy = snapshot(value);
    const before = JSON.stringify(copy);
    value.list[0]!.a.push(2);
    value.list.push({ a: [] });
    value.map.get('k')!.x = 2;
    value.bytes[0] = 2;
    value.date.setTime(1);
    expect(JSON.stringify(copy)).toBe(before);
  });
});

describe('a huge text', () => {
  test('is cut to a fixed length that has the note of what is missing', () => {
    const cut = boundedString('x'.repeat(MAX_STRING_LENGTH + 1));
    expect(cut.length).toBeLessThanOrEqual(MAX_STRING_LENGTH);
    const [, kept, missing] = /^(x+)…\[(\d+) more characters\]$/.exec(cut)!;
    expect(kept!.length + Number(missing)).toBe(MAX_STRING_LENGTH + 1);
    expect(boundedString(cut)).toBe(cut);
  });

  test('that fits is left alone', () => {
    const text = 'x'.repeat(MAX_STRING_LENGTH);
    expect(boundedString(text)).toBe(text);
  });

  test('is not cut within a character', () => {
    for (const prefix of ['', 'x']) {
      expect(boundedString(prefix + '🙂'.repeat(MAX_STRING_LENGTH)).isWellFormed()).toBe(true);
    }
  });

  test('is cut wherever it comes from', () => {
    const long = 'x'.repeat(MAX_STRING_LENGTH * 2);
    const named = Object.defineProperty(() => 1, 'name', { value: long });
    const values = [long, Object(long), Symbol(long), named, new Error(long), throwing(new Error(long))];
    for (const value of values) {
      for (const text of texts(snapshot(value))) expect(text.length).toBeLessThanOrEqual(MAX_STRING_LENGTH + 32);
    }
  });
});

describe('the readable form of measurements or metadata', () => {
  test('can be read, keeps a bigint and leaves out what is undefined', () => {
    const object = {
      duration: 5n,
      gone: undefined,
      get bad(): never {
        throw new Error('no');
      },
      inner: { hostile: throwing(new Error('nor this')), n: 1n },
    };
    expect(readable(object)).toStrictEqual({
      duration: 5n,
      bad: '[Threw: no]',
      inner: { hostile: { x: 1, bad: '[Threw: nor this]' }, n: 1 },
    });
  });

  test('of an object whose keys can not be read says so', () => {
    const { proxy } = hostileProxies().find(({ trap }) => trap.startsWith('ownKeys'))!;
    expect(readable(proxy)).toEqual({ value: '[Threw: trap ownKeys]' });
  });

  test('has what the object inherits, as where nothing throws', () => {
    expect(readable(Object.assign(Object.create({ lent: 1 }), { own: 2 }))).toEqual({ own: 2, lent: 1 });
  });

  test('knows a cycle through itself', () => {
    const object: Record<string, unknown> = {};
    object.list = [object];
    expect(readable(object)).toEqual({ list: ['[Circular]'] });
  });
});

test('a plain object is one made by a literal, JSON.parse or Object.create(null)', () => {
  for (const plain of [{}, JSON.parse('{"a":1}'), Object.create(null), Object.freeze({ a: 1 })])
    expect(isPlainObject(plain)).toBe(true);
  for (const other of [[], new Date(), new Map(), new (class {})(), Object.create({}), new Error('x')]) {
    expect(isPlainObject(other)).toBe(false);
  }
});

function nested(depth: number): unknown {
  return depth === 0 ? 'core' : { inner: nested(depth - 1) };
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(texts);
}

function expectPlain(value: unknown): void {
  if (Array.isArray(value)) {
    value.forEach(expectPlain);
  } else if (typeof value === 'object' && value !== null) {
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    for (const key of Object.keys(value)) {
      const descriptor = Object.getOwnPropertyDescriptor(value, key)!;
      expect(descriptor).toHaveProperty('value');
      expectPlain(descriptor.value);
    }
  } else {
    expect(['string', 'number', 'boolean', 'bigint', 'object']).toContain(typeof value);
  }
}
