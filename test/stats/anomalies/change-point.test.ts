import { describe, expect, test } from 'vitest';
import { cusum, pageHinkley } from '../../../src/stats/anomalies/change-point.ts';
import { randomStream } from '../../../src/stats/random.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });
/** How far from the change its beginning may be placed: the slack decides how far noise carries it. */
const METHODS = [
  ['cusum', cusum, 12],
  ['Page-Hinkley', pageHinkley, 60],
] as const;

const shifted = (seed: number, shift: number, at = 200, count = 400): number[] => {
  const stream = randomStream(seed);
  return Array.from({ length: count }, (_, i) => stream.normal() + (i >= at ? shift : 0));
};

test('the example of the NIST handbook, section 6.3.2.3: the 14th group raises the alarm, of a rise that began at the 13th', () => {
  const groups = [
    324.93, 324.675, 324.725, 324.35, 325.35, 325.225, 324.125, 324.525, 325.225, 324.6, 324.625, 325.15, 328.325,
    327.25, 327.825, 328.5, 326.675, 327.775, 326.875, 328.35,
  ];
  // k = 0.3175 and h = 4.1959, in the unit of the data.
  const deviation = 0.635;
  const result = cusum(groups, { mean: 325, deviation, slack: 0.5, threshold: 4.1959 / deviation });
  expect(result).toMatchObject({ changed: true, direction: 'up', index: 12, alarm_index: 13 });
});

test('the average run length of two-sided CUSUM without a change is 465 (Montgomery, table 9.3, h = 5, k = ½)', () => {
  const stream = randomStream('arl');
  const runs = Array.from({ length: 300 }, () => {
    const { alarm_index: alarm } = cusum(
      Array.from({ length: 4000 }, () => stream.normal()),
      { mean: 0, deviation: 1 },
    );
    return (alarm ?? 4000) + 1;
  });
  const mean = runs.reduce((total, run) => total + run, 0) / runs.length;
  // Run lengths vary by about as much as they are long.
  expect(Math.abs(mean - 465)).toBeLessThan((3 * 465) / Math.sqrt(300));
});

describe.each(METHODS)('%s', (_, find, near) => {
  const options = { mean: 0, deviation: 1, threshold: 15 };

  test('finds a shift of two deviations, where it began and which way it went', () => {
    for (let seed = 1; seed <= 20; seed++) {
      for (const sign of [1, -1]) {
        const result = find(shifted(seed, 2 * sign), options);
        expect(result).toMatchObject({ changed: true, direction: sign > 0 ? 'up' : 'down' });
        expect(Math.abs(result.index! - 200)).toBeLessThan(near);
        expect(result.alarm_index! - 200).toBeLessThan(30);
        expect(result.alarm_index!).toBeGreaterThanOrEqual(result.index!);
      }
    }
  });

  test('finds nothing where nothing changes', () => {
    const found = Array.from({ length: 20 }, (_, seed) => find(shifted(seed, 0), options).changed);
    expect(found.filter(Boolean).length).toBeLessThanOrEqual(1);
    expect(find(shifted(3, 0), options)).toMatchObject({ index: null, alarm_index: null, direction: null });
  });

  test('takes mean and deviation from the first values, and does not feel unit or offset', () => {
    const series = shifted(7, 3);
    const plain = find(series, { threshold: 12 });
    const moved = find(
      series.map((x) => 50 + 10 * x),
      { threshold: 12 },
    );
    expect([moved.index, moved.alarm_index]).toEqual([plain.index, plain.alarm_index]);
    expect(plain.changed).toBe(true);
    const log = find(
      series.map((x) => Math.exp(x)),
      { threshold: 12, scale: 'log' },
    );
    expect([log.index, log.alarm_index]).toEqual([plain.index, plain.alarm_index]);
  });

  test('skips what has no place on the scale, and gives indices of the series as it is', () => {
    const series = shifted(7, 3);
    const plain = find(series, { threshold: 12 });
    const holes = [Number.NaN, null, ...series];
    const result = find(holes, { threshold: 12 });
    expect([result.index, result.skipped]).toEqual([plain.index! + 2, 2]);
  });

  test('without enough values or variation there is no answer, and the reason is given', () => {
    const few = find(Array(30).fill(1));
    expect([few.changed, few.mean]).toEqual([null, null]);
    expect(few.reasons[0]).toMatch(/30 values, and 31 are needed/);
    expect(find(Array(50).fill(1)).reasons[0]).toMatch(/does not vary/);
    expect(find([], options).changed).toBe(null);
  });

  test('options out of range are refused', () => {
    const cases = [{ mean: 1 }, { deviation: 1 }, { mean: 0, deviation: 0 }, { baseline: 2 }, { slack: -1 }];
    for (const wrong of [...cases, { threshold: 0 }, { slack: Number.NaN }])
      expect(() => find([1], wrong)).toThrow(bad);
  });
});
