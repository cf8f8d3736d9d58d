import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CompensatedSum, sum } from '../../src/stats/sum.ts';

const whole = fc.array(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), { maxLength: 60 });

function streamed(values: readonly number[]): number {
  const total = new CompensatedSum();
  for (const x of values) total.add(x);
  return total.value;
}

test('what plain addition loses is kept', () => {
  for (const total of [sum, streamed]) {
    expect(total([1, 1e100, 1, -1e100])).toBe(2);
    expect(total(new Array(1e6).fill(0.1))).toBe(100000);
    expect(total([1e16, 1, 1, 1, 1, -1e16])).toBe(4);
  }
});

test('nothing sums to 0', () => {
  expect(sum([])).toBe(0);
  expect(new CompensatedSum().value).toBe(0);
});

test('infinities, NaN and overflow are what plain addition makes of them', () => {
  const cases: number[][] = [
    [1, Number.POSITIVE_INFINITY, 2],
    [Number.NEGATIVE_INFINITY, 5],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [1, Number.NaN, Number.POSITIVE_INFINITY],
    [Number.MAX_VALUE, Number.MAX_VALUE, -1],
  ];
  for (const values of cases) {
    const plain = values.reduce((a, b) => a + b, 0);
    expect(sum(values)).toBe(plain);
    expect(streamed(values)).toBe(plain);
  }
});

test('sums of scaled whole numbers are exact in any order and any parts', () => {
  fc.assert(
    fc.property(whole, fc.integer({ min: -300, max: 200 }), fc.nat(), (numbers, exponent, cut) => {
      const values = numbers.map((x) => x * 2 ** exponent);
      const exact = Number(numbers.reduce((a, b) => a + BigInt(b), 0n)) * 2 ** exponent;
      const at = values.length === 0 ? 0 : cut % values.length;
      const [left, right] = [new CompensatedSum(), new CompensatedSum()];
      for (const x of values.slice(0, at)) left.add(x);
      for (const x of values.slice(at)) right.add(x);
      right.merge(left);
      expect([sum(values), sum([...values].reverse()), streamed(values), right.value].map((x) => x + 0)).toEqual(
        new Array(4).fill(exact + 0),
      );
    }),
  );
});

test('merging keeps the corrections of both parts', () => {
  const [left, right] = [new CompensatedSum(), new CompensatedSum()];
  for (const x of [1, 1e100]) left.add(x);
  for (const x of [1, -1e100]) right.add(x);
  left.merge(right);
  expect(left.value).toBe(2);
  left.merge(left);
  expect(left.value).toBe(4);
});

test('a length leaves out what lies behind it', () => {
  expect(sum(Float64Array.of(1, 2, 4, 8), 3)).toBe(7);
  expect(sum([1, 2, 4, 8], 0)).toBe(0);
});
