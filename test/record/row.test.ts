import { expect, test } from 'vitest';
import { fieldIndex } from '../../src/record/fields.ts';
import { Row } from '../../src/record/row.ts';

const LOSS = fieldIndex('loss');
const EPOCH = fieldIndex('epoch');
const MODEL = fieldIndex('model');
const SUCCESS = fieldIndex('success');

test('a value of a better rank replaces one of a worse rank, and no other does', () => {
  const row = new Row();
  const given: [value: number, rank: number, expected: number][] = [
    [1, 5, 1],
    [2, 5, 1],
    [3, 7, 1],
    [4, 0, 4],
    [5, 3, 4],
    [6, -1, 6],
    [7, 0, 6],
  ];
  for (const [value, rank, expected] of given) {
    row.setNumber(LOSS, value, rank);
    expect(row.numbers[LOSS]).toBe(expected);
  }
  expect([...row.assigned.subarray(0, row.count)]).toEqual([LOSS]);
  expect(row.isExplicit(LOSS)).toBe(true);
});

test('a value fills a role only if its type fits', () => {
  const values = [1, 0, 1.5, Number.NaN, 5n, 2n ** 60n, 'x', true, null, undefined, {}, []];
  const taken = (role: number) =>
    values.filter((value) => {
      const row = new Row();
      row.set(role, value);
      return row.has(role);
    });
  expect(taken(LOSS)).toEqual([1, 0, 1.5, Number.NaN, 5n, 2n ** 60n]);
  expect(taken(EPOCH)).toEqual([1, 0, 5n]);
  expect(taken(MODEL)).toEqual([1, 0, 1.5, Number.NaN, 5n, 2n ** 60n, 'x']);
  expect(taken(SUCCESS)).toEqual([1, 0, true]);
  expect(taken(fieldIndex('metadata'))).toEqual([]);
});

test('a role that is unset can be filled anew, and the others stay', () => {
  const row = new Row();
  row.setNumber(LOSS, 1);
  row.setText(MODEL, 'm', 3);
  row.setNumber(SUCCESS, 1);
  row.unset(MODEL);
  row.unset(MODEL);
  expect([row.has(LOSS), row.has(MODEL), row.has(SUCCESS)]).toEqual([true, false, true]);
  row.setText(MODEL, 'n', 200);
  expect(row.texts[MODEL]).toBe('n');
  expect([...row.assigned.subarray(0, row.count)].sort()).toEqual([LOSS, MODEL, SUCCESS].sort());
});

test('a cleared row has nothing', () => {
  const row = new Row();
  for (const role of [LOSS, EPOCH, SUCCESS]) row.setNumber(role, 1, -1);
  row.request = true;
  row.clear();
  expect([row.count, row.request, row.has(LOSS), row.has(EPOCH), row.has(SUCCESS)]).toEqual([
    0,
    false,
    false,
    false,
    false,
  ]);
  row.setNumber(LOSS, 2, 50);
  expect(row.numbers[LOSS]).toBe(2);
});
