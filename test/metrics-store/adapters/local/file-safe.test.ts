import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileSafe } from '../../../../src/metrics-store/adapters/local/file-safe.ts';

/** What the name says, by the rules in its description. */
function idOf(name: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < name.length; i++) {
    if (name[i] === '%') {
      bytes.push(Number.parseInt(name.slice(i + 1, i + 3), 16));
      i += 2;
    } else if (name[i] === '+') bytes.push(name.toUpperCase().charCodeAt(++i));
    else bytes.push(name.charCodeAt(i));
  }
  return Buffer.from(bytes).toString('utf8');
}

const id = fc.oneof(
  fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }).map((text) => text.toWellFormed()),
  fc.string({
    minLength: 1,
    maxLength: 6,
    unit: fc.constantFrom('a', 'A', '.', '+', '%', '~', '/', '\\', ' ', 'é', 'é'),
  }),
);

test('the names people give stay readable', () => {
  const names = [
    'run_123',
    'resnet50-lr0.1',
    'ResNet',
    'a b',
    'lr=0.1/seed:7',
    'ż',
    '..',
    '.hidden',
    'end.',
    'nul',
    'com1.log',
    'console',
  ];
  expect(names.map(fileSafe)).toEqual([
    'run_123',
    'resnet50-lr0.1',
    '+res+net',
    'a%20b',
    'lr%3d0.1%2fseed%3a7',
    '%c5%bc',
    '%2e%2e',
    '%2ehidden',
    'end%2e',
    '%6eul',
    '%63om1.log',
    'console',
  ]);
});

test('the id can be had back from the name, so no two ids share one', () => {
  fc.assert(
    fc.property(id, (text) => {
      const name = fileSafe(text);
      if (name.length < 200) expect(idOf(name)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test('no name differs from another only in case, and none means anything to a file system', () => {
  fc.assert(
    fc.property(id, (text) => {
      const name = fileSafe(text);
      expect(name).toBe(name.toLowerCase());
      expect(name).toMatch(/^[a-z0-9_+%~-]([a-z0-9._+%~-]*[a-z0-9_+%~-])?$/);
      expect(name.length).toBeLessThanOrEqual(200);
      expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/);
    }),
    { numRuns: 2000 },
  );
});

test('ids too long for a name differ by their hash', () => {
  const [one, other] = ['a', 'b'].map((end) => fileSafe('x'.repeat(5000) + end));
  expect(one).not.toBe(other);
  expect([one, other].map((name) => name!.length)).toEqual([200, 200]);
  // (printf 'x%.0s' $(seq 5000); printf a) | sha256sum
  expect(one!.slice(-64)).toBe('c8060aff78dbefdd2ae8476200e0128bbfe1f491037f91984067f0b8dd7800ab');
});
