import fc, { type Arbitrary } from 'fast-check';

const MEANINGFUL =
  'model provider duration start stop tokens usage prompt input_tokens loss epoch sample_id sampleId userId error status ' +
  'response success cost latency_ms cost_source index path metadata measurements';
const PLAIN = "a b c a.b a'b * . 0 10 null ключ 🙂 length";
const HOSTILE =
  '__proto__ constructor toString hasOwnProperty toJSON then $number $literal "a" x"y a\\b \\\\ \n\n \ud800';

/** Keys that mean something to a record or have hurt somebody, and plain ones. */
export const KEYS: readonly string[] = ['', ' ', ...[MEANINGFUL, PLAIN, HOSTILE].flatMap((keys) => keys.split(' '))];

// JSON.parse of Node 24.21 reads a key that is one escaped character ("\n", "\"") as a backslash; those are left out.
export const key: Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...KEYS) },
  fc.string().filter((key) => key.length !== 1 || JSON.stringify(key).length === 3),
);

/** Numbers, with those that need care more often than by chance. */
export const number: Arbitrary<number> = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    0.1,
    Number.NaN,
    Infinity,
    -Infinity,
    2 ** 31,
    -(2 ** 31) - 1,
    65535,
    65536,
    2 ** 53,
    5e-324,
  ),
  fc.integer(),
  fc.double(),
);

export const text: Arbitrary<string> = fc.oneof(
  fc.constantFrom('', 'ok', 'error', 'gpt-4o', 'openai', 'NaN', 'null', '\u0000', '\ud800', '🙂', 'x'.repeat(5000)),
  fc.string({ unit: 'binary' }),
);

/** Values of JSON and what else a record keeps as it is: NaN, ±Infinity, −0, integers beyond 2^53; undefined too. */
export function jsonLike(): Arbitrary<unknown> {
  return fc.letrec<{ value: unknown; object: object }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 4, arbitrary: number },
      { weight: 3, arbitrary: text },
      { weight: 2, arbitrary: fc.constantFrom(null, true, false, undefined, null) },
      { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }) },
      { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
      { weight: 2, arbitrary: tie('object') },
    ),
    object: objectOf(tie('value')),
  })).value;
}

/** Plain objects of such values, with keys of every kind. */
export function objectOf(
  value: Arbitrary<unknown>,
  keys: Arbitrary<string> = key,
  maxLength = 6,
): Arbitrary<Record<string, unknown>> {
  return fc.array(fc.tuple(keys, value), { maxLength }).map((entries) => {
    const object: Record<string, unknown> = {};
    for (const [name, property] of entries) {
      Object.defineProperty(object, name, { value: property, enumerable: true, writable: true, configurable: true });
    }
    return object;
  });
}

/**
 * Whatever a program may hand over: instances, functions, collections and objects that throw when they are read. Made when it
 * is called, because fast-check looks into the values that it generates.
 */
export function anything(): Arbitrary<() => unknown> {
  const trap = fc.nat(hostileProxies().length - 1).map((i) => () => hostileProxies()[i]!.proxy);
  const getter = fc.constantFrom(new Error('no'), 'no', null, undefined, 7).map((thrown) => () => throwing(thrown));
  const thing = fc.oneof(
    trap,
    getter,
    jsonLike().map((value) => () => value),
    fc.constant(() => Symbol('s')),
    fc.constant(() => new Error('e')),
    fc
      .constantFrom(new WeakMap(), new URL('a:b'), globalThis.crypto, Math, JSON, process.versions)
      .map((value) => () => value),
  );
  const known = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withObjectString: true,
    withTypedArray: true,
    withSparseArray: true,
    withUnicodeString: true,
    key,
  });
  return fc.oneof(
    thing,
    known.map((value) => () => value),
    fc.array(thing, { maxLength: 5 }).map((things) => () => things.map((make) => make())),
    fc
      .array(fc.tuple(key, thing), { maxLength: 5 })
      .map((entries) => () => Object.fromEntries(entries.map(([k, make]) => [k, make()]))),
  );
}

/** An object with a property `x` and a property of another name that throws when it is read. */
export function throwing(thrown: unknown, name = 'bad'): Record<string, unknown> {
  return Object.defineProperty({ x: 1 }, name, {
    enumerable: true,
    get() {
      throw thrown;
    },
  });
}

const TRAPS = ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'] as const;

/** For each trap a proxy that throws there. */
export function hostileProxies(): { readonly trap: string; readonly proxy: object }[] {
  return [{}, [], () => 1].flatMap((target) =>
    TRAPS.map((trap) => {
      const fail = () => {
        throw new Error(`trap ${trap}`);
      };
      return {
        trap: `${trap} of ${Array.isArray(target) ? 'list' : typeof target}`,
        proxy: new Proxy(Object.assign(target, { x: 1 }), { [trap]: fail }),
      };
    }),
  );
}
