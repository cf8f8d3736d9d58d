import { expect, test } from 'vitest';
import { rowSlices } from '../../src/export/row-slices.ts';
import { surveySources } from '../../src/export/survey.ts';
import { type Emitted, recorded } from './recordings.ts';

async function slicesOf(events: readonly Emitted[], columns: number): Promise<{ first: number; rows: number }[]> {
  const source = await recorded(events);
  const survey = await surveySources([source], undefined, {});
  const slices: { first: number; rows: number }[] = [];
  for await (const { batch, from, to } of rowSlices([source], survey, columns)) {
    slices.push({ first: batch.firstSequence + from, rows: to - from });
  }
  return slices;
}

function covered(slices: readonly { first: number; rows: number }[]): number {
  let next = 0;
  for (const { first, rows } of slices) {
    expect([first, rows > 0]).toEqual([next, true]);
    next += rows;
  }
  return next;
}

test('every row is in one slice, in order', async () => {
  const slices = await slicesOf(new Array(3000).fill({ metadata: { a: 1 } }), 30);
  expect(covered(slices)).toBe(3000);
  expect(Math.max(...slices.map((slice) => slice.rows))).toBe(256);
});

test('many columns make small slices, of one row at least', async () => {
  const slices = await slicesOf(new Array(100).fill({}), 1000);
  expect(Math.max(...slices.map((slice) => slice.rows))).toBe(16);
  expect((await slicesOf([{}, {}], 100_000)).map((slice) => slice.rows)).toEqual([1, 1]);
});

test('long texts make small slices, wherever they are', async () => {
  const text = 'x'.repeat(300_000);
  const long = (i: number) => (i % 2 ? { text: `${i}${text}` } : { list: [{ deep: [text] }] });
  const slices = await slicesOf(
    Array.from({ length: 200 }, (_, i) => ({ metadata: i < 100 ? { i } : long(i) })),
    30,
  );
  expect(covered(slices)).toBe(200);
  expect(Math.max(...slices.filter(({ first }) => first >= 100).map((slice) => slice.rows))).toBeLessThanOrEqual(3);
});
