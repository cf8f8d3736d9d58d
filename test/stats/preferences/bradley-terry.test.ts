import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bradleyTerry } from '../../../src/stats/preferences/bradley-terry.ts';
import type { Preference } from '../../../src/stats/preferences/preference-counts.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });

const met = (first: string, second: string, wins: number, losses: number, ties = 0): Preference[] =>
  [
    { first, second, winner: 'first' as const, count: wins },
    { first, second, winner: 'second' as const, count: losses },
    { first, second, winner: 'tie' as const, count: ties },
  ].filter(({ count }) => count > 0);

// Citations among statistics journals: Stigler, Statistical Science 9 (1994).
const JOURNALS = [
  ...met('Biometrika', 'Comm Statist', 730, 33),
  ...met('Biometrika', 'JASA', 498, 320),
  ...met('Biometrika', 'JRSS-B', 221, 284),
  ...met('Comm Statist', 'JASA', 68, 813),
  ...met('Comm Statist', 'JRSS-B', 17, 276),
  ...met('JASA', 'JRSS-B', 142, 325),
];

describe('the citations of Stigler, as the vignette of R BradleyTerry2 prints them', () => {
  const { strengths, covariance, statistic, df, n } = bradleyTerry(JOURNALS);
  const at = (item: string) => strengths!.findIndex((strength) => strength.item === item);
  const base = at('Biometrika');

  test.each([
    ['Comm Statist', -2.94907, 0.10255],
    ['JASA', -0.47957, 0.06059],
    ['JRSS-B', 0.26895, 0.07083],
  ])('%s against Biometrika', (item, estimate, error) => {
    const i = at(item);
    expect(strengths![i]!.estimate - strengths![base]!.estimate).toBeCloseTo(estimate, 5);
    const variance = covariance![i]![i]! + covariance![base]![base]! - 2 * covariance![i]![base]!;
    expect(Math.sqrt(variance)).toBeCloseTo(error, 5);
  });

  test('null deviance 1925.2 less residual deviance 4.29 on 3 degrees of freedom; strongest first', () => {
    expect(statistic).toBeCloseTo(1925.2 - 4.2934, 0);
    expect([df, n]).toEqual([3, [3727]]);
    expect(strengths!.map(({ item }) => item)).toEqual(['JRSS-B', 'Biometrika', 'JASA', 'Comm Statist']);
  });
});

test('two items have the odds of their counts, and with ties the ν of Davidson (1970)', () => {
  const wins = fc.integer({ min: 1, max: 500 });
  fc.assert(
    fc.property(wins, wins, fc.integer({ min: 0, max: 500 }), (a, b, ties) => {
      const { strengths, tie_parameter: tie } = bradleyTerry(met('a', 'b', a, b, ties));
      const a1 = strengths!.find(({ item }) => item === 'a')!.estimate;
      expect(2 * a1).toBeCloseTo(Math.log(a / b), 8);
      expect(tie).toBeCloseTo(ties / Math.sqrt(a * b), 6);
    }),
  );
});

test('the expected outcomes under the fit are the observed ones', () => {
  const counts = fc.integer({ min: 1, max: 30 });
  const items = ['a', 'b', 'c', 'd'];
  const pairs = items.flatMap((first, i) => items.slice(i + 1).map((second) => [first, second] as const));
  fc.assert(
    fc.property(fc.array(fc.tuple(counts, counts, counts), { minLength: 6, maxLength: 6 }), (rows) => {
      const data = pairs.flatMap(([first, second], i) => met(first, second, ...rows[i]!));
      const { strengths, tie_parameter: nu } = bradleyTerry(data);
      const strength = new Map(strengths!.map(({ item, estimate }) => [item, estimate]));
      expect([...strength.values()].reduce((total, s) => total + s, 0)).toBeCloseTo(0, 9);
      let tiesExpected = 0;
      const surplus = new Map(items.map((item) => [item, 0]));
      pairs.forEach(([first, second], i) => {
        const [wins, losses, ties] = rows[i]!;
        const [up, down] = [Math.exp(strength.get(first)!), Math.exp(strength.get(second)!)];
        const all = up + down + nu! * Math.sqrt(up * down);
        const n = wins + losses + ties;
        tiesExpected += (n * nu! * Math.sqrt(up * down)) / all - ties;
        const more = wins - losses - (n * (up - down)) / all;
        surplus.set(first, surplus.get(first)! + more);
        surplus.set(second, surplus.get(second)! - more);
      });
      expect(tiesExpected).toBeCloseTo(0, 6);
      for (const value of surplus.values()) expect(value).toBeCloseTo(0, 6);
    }),
    { numRuns: 30 },
  );
});

test('neither order nor the side an item stands on matters', () => {
  const turned = JOURNALS.toReversed().map(({ first, second, winner, count }) => ({
    first: second,
    second: first,
    winner: winner === 'first' ? ('second' as const) : ('first' as const),
    count: count!,
  }));
  const [one, other] = [bradleyTerry(JOURNALS), bradleyTerry(turned)];
  expect(other.strengths!.map(({ item }) => item)).toEqual(one.strengths!.map(({ item }) => item));
  other.strengths!.forEach((strength, i) => {
    expect(strength.estimate).toBeCloseTo(one.strengths![i]!.estimate, 9);
  });
});

test('ties as half wins pull strengths together', () => {
  const data = met('a', 'b', 5, 0, 3);
  expect(bradleyTerry(data, { ties: 'half' }).strengths![0]!.estimate).toBeCloseTo(Math.log(6.5 / 1.5) / 2, 9);
});

describe('there is no estimate, and the reason is given', () => {
  test.each<[string, Preference[], RegExp]>([
    ['nothing', [], /fewer than two items/],
    ['two groups that never met', [...met('a', 'b', 3, 2), ...met('c', 'd', 1, 4)], /nothing links "a" and "c"/],
    ['one that always won', [...met('a', 'b', 3, 2), ...met('b', 'c', 0, 4), ...met('a', 'c', 0, 2)], /no bound/],
    ['a group that always won', [...met('a', 'b', 3, 2), ...met('c', 'd', 3, 2), ...met('a', 'c', 1, 0)], /no bound/],
    ['ties only', met('a', 'b', 0, 0, 5), /every comparison is a tie/],
    ['wins of one side and ties', met('a', 'b', 4, 0, 5), /wherever items were not equal/],
  ])('%s', (_, data, reason) => {
    const result = bradleyTerry(data);
    expect([result.strengths, result.p_value, result.statistic, result.covariance]).toEqual([null, null, null, null]);
    expect(result.assumptions.at(-1)).toMatch(reason);
  });

  test('a chain that ends where it began has one', () => {
    const ring = [...met('a', 'b', 1, 0), ...met('b', 'c', 1, 0), ...met('c', 'a', 1, 0)];
    for (const { estimate } of bradleyTerry(ring).strengths!) expect(estimate).toBeCloseTo(0, 9);
    expect(bradleyTerry([...ring, ...met('a', 'b', 0, 0, 2)]).strengths).not.toBe(null);
  });
});

test('lopsided counts still have their odds', () => {
  const { strengths } = bradleyTerry(met('a', 'b', 1e9, 1));
  expect(strengths![0]!.estimate * 2).toBeCloseTo(Math.log(1e9), 6);
});

test('an item against itself, another winner, counts that are not positive and levels out of range are refused', () => {
  expect(() => bradleyTerry([{ first: 'a', second: 'a', winner: 'tie' }])).toThrow(bad);
  expect(() => bradleyTerry([{ first: 'a', second: 'b', winner: 'both' as 'tie' }])).toThrow(bad);
  for (const count of [0, -1, Number.NaN]) {
    expect(() => bradleyTerry([{ first: 'a', second: 'b', winner: 'tie', count }])).toThrow(bad);
  }
  expect(() => bradleyTerry(JOURNALS, { level: 0 })).toThrow(bad);
});
