import { expect, test } from 'vitest';
import { anova, welchAnova } from '../../../src/stats/inference/anova.ts';
import { welchTest } from '../../../src/stats/inference/two-sample-t.ts';
import { digits } from '../nist.ts';
import { expectNear } from './near.ts';

/** NIST's sets SmLs01 to SmLs09 by their recipe; the certified F is the number of values in a group. */
function smLs(base: number, n: number): number[][] {
  return [4, 3, 5, 3, 5, 3, 5, 3, 5].map((offset) => {
    const at = (tenths: number) => Number(`${base}.${tenths}`);
    return Array.from({ length: n }, (_, i) => (i === 0 ? at(offset) : at(i % 2 === 1 ? offset - 1 : offset + 1)));
  });
}

// The ceilings are what a perfect program reaches that reads the decimals as doubles, at most the 15 digits that one may ask for.
test.each([
  ['SmLs01', 1, 21, 15],
  ['SmLs02', 1, 201, 15],
  ['SmLs03', 1, 2001, 15],
  ['SmLs04', 1e6, 21, 10.4],
  ['SmLs05', 1e6, 201, 10.2],
  ['SmLs06', 1e6, 2001, 10.2],
  ['SmLs07', 1e12, 21, 4.4],
  ['SmLs08', 1e12, 201, 4.2],
  ['SmLs09', 1e12, 2001, 4.2],
])('%s has all the digits that its inputs allow', (_, base, n, ceiling) => {
  const result = anova(smLs(base, n));
  expect(digits(result.statistic, n)).toBeGreaterThanOrEqual(ceiling - 0.1);
  expect(result.df).toEqual([8, 9 * (n - 1)]);
});

test('of two groups F is the square of t', () => {
  const [a, b] = [
    [3.1, 2.7, 4.4, 3.9],
    [5.2, 4.1, 6.6, 3.8, 5.9],
  ];
  const t = welchTest(a!, b!);
  const f = welchAnova([a!, b!]);
  expectNear([f.statistic, (f.df as number[])[1], f.p_value], [t.statistic! ** 2, t.df as number, t.p_value!]);
});

test('an offset that doubles hold exactly changes nothing', () => {
  const groups = [
    [1, 2, 4.5],
    [2, 3.25, 7],
    [5, 6, 6.5],
  ];
  const moved = groups.map((group) => group.map((x) => x + 2 ** 40));
  expectNear(
    [anova(moved).statistic, welchAnova(moved).statistic],
    [anova(groups).statistic!, welchAnova(groups).statistic!],
  );
});

test('the scale changes nothing, down to where squares underflow and up to where they overflow', () => {
  const groups = [
    [1, 2, 4.5],
    [2, 3.25, 7],
  ];
  for (const scale of [2 ** -1000, 2 ** 1000]) {
    const scaled = groups.map((group) => group.map((x) => x * scale));
    expect(anova(scaled).statistic).toBe(anova(groups).statistic);
  }
});

test('groups that are constant up to rounding are refused, as by the t-tests', () => {
  const noisy = [0.1 + 0.2, 0.3, 0.3];
  const other = [0.7, 0.1 * 7, 0.7];
  expect(new Set([...noisy, ...other]).size).toBe(4);
  for (const found of [
    anova([noisy, other]),
    welchAnova([noisy, [0.1 + 0.2 + 0.4, 0.7, 0.7]]),
    welchAnova([noisy, [1, 2, 4]]),
  ]) {
    expect(found).toMatchObject({ statistic: null, p_value: null });
    expect(found.assumptions.at(-1)).toMatch(/are equal/);
  }
  // What varies little, but not by rounding, stays.
  expect(
    anova([
      [1e9, 1e9 + 0.01],
      [1e9 + 1, 1e9 + 1.02],
    ]).p_value,
  ).not.toBeNull();
});
