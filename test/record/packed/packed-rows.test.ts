import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ColumnBatch } from '../../../src/record/batch.ts';
import { fromJsonText } from '../../../src/record/json.ts';
import { LineEncoder } from '../../../src/record/line-encoder.ts';
import { type PackedSpace, packedSpace, sequenceAt } from '../../../src/record/packed/packed-layout.ts';
import { PackedLines } from '../../../src/record/packed/packed-lines.ts';
import { RowPacker } from '../../../src/record/packed/row-packer.ts';
import { RowUnpacker } from '../../../src/record/packed/row-unpacker.ts';
import { BatchSchema, MAX_PATHS } from '../../../src/record/schema.ts';
import { type Emitted, Tape } from '../tape.ts';
import { jsonLike, objectOf } from '../values.ts';

const EXPERIMENT = {
  id: 'exp-1',
  name: 'zażółć "quoted"',
  study: null,
  condition: 'a\nb',
  replicate: 'r',
  tags: ['t', ''],
};
const WORDS = 1 << 20;

const object = objectOf(jsonLike()) as fc.Arbitrary<Record<string, never>>;
const event: fc.Arbitrary<Emitted> = fc.record({
  name: fc.constantFrom('my_app.work.done', 'req_llm.request.stop', 'crucible_train.batch.stop'),
  measurements: object,
  metadata: object,
  explicit: fc.constantFrom(
    {},
    {},
    { event_id: 'given "id"' },
    { user_id: '', epoch: 3, loss: -0 },
    { loss: Number.NaN },
  ),
});
const events = fc.array(event, { minLength: 1, maxLength: 12 });

interface Packed {
  readonly space: PackedSpace;
  /** Where each row begins, and where the last one ends. */
  readonly bounds: readonly number[];
  readonly tape: Tape;
  /** As `LineEncoder` writes the rows. */
  readonly lines: readonly string[];
}

function packed(emitted: readonly Emitted[]): Packed {
  const tape = new Tape({ experiment: EXPERIMENT, capacity: emitted.length });
  const packer = new RowPacker(tape.schema);
  const space = packedSpace(new SharedArrayBuffer(WORDS * 4));
  const bounds = [0];
  for (const each of emitted) {
    tape.keep(each);
    const batch = tape.batches[0]!;
    bounds.push(packer.pack(batch, batch.rows - 1, batch.rows - 1, space, bounds.at(-1)!, WORDS));
  }
  const batch = tape.batches[0]!;
  return { space, bounds, tape, lines: new LineEncoder().lines(batch, 0, batch.rows) };
}

const otherSide = () => new BatchSchema(EXPERIMENT, 'w1');

function linesFrom(lines: PackedLines, { space, bounds }: Packed, first: number): string[] {
  for (let row = first; row + 1 < bounds.length; row++) lines.add(space, bounds[row]!, bounds[row + 1]!);
  const { out } = lines;
  return out.bytes.toString('utf8', 0, out.at).split('\n').slice(0, -1);
}

// The same JSON; keys that are numbers may stand in another order.
const parsed = (lines: readonly string[]): unknown[] => lines.map((line) => JSON.parse(line) as unknown);

test('a packed row becomes the line that its batch would have given', () => {
  fc.assert(
    fc.property(events, (emitted) => {
      const rows = packed(emitted);
      expect(parsed(linesFrom(new PackedLines(otherSide()), rows, 0))).toEqual(parsed(rows.lines));
    }),
  );
});

test('a key with half a character is one key, in columns and beyond them, in the record and in every line', () => {
  const halves = fc.constantFrom('\ud800', '\ud800', '\udfff', '\ufffd', 'a', 'b\ud800', '$number');
  const leaf = fc.constantFrom(1, 'x', null, true, [{ '\ud800': 1 }], {});
  const level = objectOf(fc.oneof(leaf, objectOf(fc.oneof(leaf, objectOf(leaf, halves, 3)), halves, 3)), halves, 3);
  const nested = level as fc.Arbitrary<Record<string, never>>;
  fc.assert(
    fc.property(fc.array(nested, { minLength: 1, maxLength: 4 }), fc.nat(20), (objects, free) => {
      const filler = Object.fromEntries(Array.from({ length: MAX_PATHS - free }, (_, i) => [`k${i}`, i]));
      const rows = packed([{ metadata: filler }, ...objects.map((metadata) => ({ metadata }))]);
      const written = parsed(rows.lines);
      expect(parsed(linesFrom(new PackedLines(otherSide()), rows, 0))).toEqual(written);
      const schema = otherSide();
      const unpacker = new RowUnpacker(schema);
      const batch = new ColumnBatch(schema, rows.lines.length, 0);
      rows.lines.forEach((_, row) => {
        unpacker.unpack(rows.space, rows.bounds[row]!, rows.bounds[row + 1]!, batch);
      });
      rows.lines.forEach((line, row) => {
        const { metadata } = rows.tape.batches[0]!.record(row);
        expect(fromJsonText(JSON.stringify((JSON.parse(line) as { metadata: unknown }).metadata))).toEqual(metadata);
        expect(batch.record(row).metadata).toEqual(metadata);
      });
    }),
    { numRuns: 60 },
  );
});

test('a packed row is the same record in another batch', () => {
  fc.assert(
    fc.property(events, (emitted) => {
      const { space, bounds, lines } = packed(emitted);
      const schema = otherSide();
      const unpacker = new RowUnpacker(schema);
      const batch = new ColumnBatch(schema, emitted.length, 0);
      emitted.forEach((_, row) => {
        unpacker.unpack(space, bounds[row]!, bounds[row + 1]!, batch);
      });
      expect(parsed(new LineEncoder().lines(batch, 0, batch.rows))).toEqual(parsed(lines));
    }),
  );
});

test('who takes over in the middle writes the same lines, knowing only what the writer knows', () => {
  fc.assert(
    fc.property(events, fc.nat(), (emitted, n) => {
      const rows = packed(emitted);
      const first = n % (emitted.length + 1);
      const heir = new PackedLines(otherSide());
      heir.inherit(rows.tape.schema, rows.tape.batches[0]);
      expect(parsed(linesFrom(heir, rows, first))).toEqual(parsed(rows.lines.slice(first)));
    }),
  );
});

test('a row that is skipped leaves what it announces to those after it', () => {
  const rows = packed([
    { name: 'req_llm.request.stop', metadata: { model: 'm', nested: { a: 'x' } } },
    { name: 'req_llm.request.stop', metadata: { model: 'm', nested: { a: 'x' } } },
  ]);
  const lines = new PackedLines(otherSide());
  lines.skip(rows.space, rows.bounds[0]!, rows.bounds[1]!);
  expect(linesFrom(lines, rows, 1)).toEqual(rows.lines.slice(1));
});

test('a row that does not fit changes nothing: packed again with room, it is as if it had been the first time', () => {
  fc.assert(
    fc.property(events, fc.nat(), (emitted, n) => {
      const rows = packed(emitted);
      const tape = new Tape({ experiment: EXPERIMENT, capacity: emitted.length });
      const packer = new RowPacker(tape.schema);
      const space = packedSpace(new ArrayBuffer(WORDS * 4));
      let at = 0;
      for (const [row, each] of emitted.entries()) {
        tape.keep(each);
        const size = rows.bounds[row + 1]! - rows.bounds[row]!;
        expect(packer.pack(tape.batches[0]!, row, row, space, at, at + (n % size))).toBe(-1);
        at = packer.pack(tape.batches[0]!, row, row, space, at, WORDS);
        expect(at).toBe(rows.bounds[row + 1]);
      }
      expect(space.words.subarray(0, at)).toEqual(Int32Array.from(rows.space.words.subarray(0, at)));
    }),
  );
});

test('rows of one shape and of a thousand shapes become the same lines as their batch', () => {
  const few = (i: number, n: number) => ['a', 'b "quoted"', 'c', 'd', 'e\n', 'f', 'g', 'h'][Math.floor(i / n) % 8]!;
  const rows = packed(
    Array.from({ length: 3000 }, (_, i) => ({
      name: i % 5 === 0 ? 'my_app.work.done' : 'req_llm.request.stop',
      measurements: i % 7 === 0 ? {} : { duration: i / 3, tries: i % 11 },
      metadata: { model: few(i, 1), kind: few(i, 8), place: few(i, 64), user: few(i, 512), sample_id: `s${i % 100}` },
    })),
  );
  const lines = linesFrom(new PackedLines(otherSide()), rows, 0);
  expect(lines).toEqual(rows.lines);
});

test('a category of any length has room in its line', () => {
  const schema = otherSide();
  const names = Array.from({ length: 12 }, (_, i) => `my_app.thing${i}.done`);
  const rows = packed(Array.from({ length: 600 }, (_, i) => ({ name: names[i % 12]!, measurements: { i } })));
  rows.tape.schema.setCategory(names[0]!, null);
  for (const [i, name] of names.entries()) schema.setCategory(name, 'c'.repeat(9000 + i));
  const lines = new PackedLines(schema);
  for (let row = 0; row + 1 < rows.bounds.length; row++) {
    lines.out.at = 0;
    lines.add(rows.space, rows.bounds[row]!, rows.bounds[row + 1]!);
    expect(JSON.parse(lines.out.bytes.toString('utf8', 0, lines.out.at))).toMatchObject({ sequence: row });
  }
});

test('a character that must be escaped is, wherever in a text of whatever length it stands', () => {
  const texts: string[] = [];
  for (const character of [
    '"',
    '\\',
    '\n',
    '\u0000',
    '\u001f',
    '\u007f',
    ' ',
    '!',
    '#',
    '[',
    ']',
    'é',
    '😀',
    '\u2028',
  ]) {
    for (const length of [1, 2, 3, 4, 5, 9, 64, 119, 120, 121, 125, 300]) {
      for (const at of new Set([0, 1, 2, 3, length - 2, length - 1])) {
        if (at >= 0 && at < length) texts.push('x'.repeat(at) + character + 'y'.repeat(length - at - 1));
      }
    }
  }
  // Many different texts, so that they are packed as texts and not as codes.
  const rows = packed(
    texts.flatMap((text) =>
      [0, 1, 2].map((i) => ({ name: 'my_app.work.done', metadata: { text: text + 'z'.repeat(i) } })),
    ),
  );
  expect(linesFrom(new PackedLines(otherSide()), rows, 0)).toEqual(rows.lines);
});

test.each([
  0, 7, 9, 10, 99_999_999, 100_000_000, 100_000_001, 2_147_483_647, 2_147_483_648, 4_294_967_295, 4_294_967_296,
  1_795_424_813_346_743, 8_999_999_999_999_999, 9_000_000_000_000_000, 9_007_199_254_740_991, 1e16, 1e21, 0.1, 1e-7,
  5e-324,
])('%s and its opposite are written as JavaScript writes them', (number) => {
  const rows = packed([number, -number].map((n) => ({ name: 'my_app.work.done', measurements: { n } })));
  expect(linesFrom(new PackedLines(otherSide()), rows, 0)).toEqual(rows.lines);
});

test.each([2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 5])('the sequence %d is kept', (sequence) => {
  const { tape } = packed([{ name: 'my_app.work.done', metadata: {} }]);
  const space = packedSpace(new ArrayBuffer(WORDS * 4));
  const end = new RowPacker(tape.schema).pack(tape.batches[0]!, 0, sequence, space, 0, WORDS);
  const lines = new PackedLines(otherSide());
  expect(sequenceAt(space, 0)).toBe(sequence);
  lines.add(space, 0, end);
  const text = lines.out.bytes.toString('utf8', 0, lines.out.at);
  expect(JSON.parse(text)).toMatchObject({ sequence, event_id: `w1-${sequence}` });
});
