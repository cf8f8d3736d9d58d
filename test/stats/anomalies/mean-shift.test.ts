import { describe, expect, test } from 'vitest';
import { meanShift } from '../../../src/stats/anomalies/mean-shift.ts';
import { randomStream } from '../../../src/stats/random.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });

describe('a series without a change', () => {
  // Of 400 series 5 % are 20, with a standard deviation of 4.4: 36 would be more than three of those too many.
  test.each(['normal', 'lognormal', 'exponential'] as const)('is reported at the stated rate: %s', (shape) => {
    let alarms = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const stream = randomStream(`${shape} ${seed}`);
      const series = Array.from({ length: 60 }, () => stream[shape]());
      if (meanShift(series, { seed, resamples: 199 }).changed) alarms++;
    }
    expect(alarms).toBeGreaterThanOrEqual(7);
    expect(alarms).toBeLessThanOrEqual(34);
  });

  test('has no place of a change', () => {
    const stream = randomStream('none');
    const series = Array.from({ length: 60 }, () => stream.normal());
    expect(meanShift(series)).toMatchObject({
      changed: false,
      direction: null,
      index: null,
      before: null,
      after: null,
    });
  });
});

test('the flow of the Nile fell after 1898 (Cobb, Biometrika 65, 1978), from 1098 to 850 on average', () => {
  const nile = [
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
    1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831,
    726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845,
    944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918,
    986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
  ];
  const found = meanShift(nile);
  // The series begins with 1871. No order of 999 separates as well.
  expect(found).toMatchObject({ changed: true, direction: 'down', index: 1899 - 1871, p_value: 0.001 });
  expect(found.before).toBeCloseTo(1097.75, 2);
  expect(found.after).toBeCloseTo(849.97, 2);
});

test('a spike is no change, wherever it is', () => {
  for (const at of [0, 30, 59]) {
    const series = Array.from({ length: 60 }, (_, i) => (i === at ? 1000 : i % 7));
    expect(meanShift(series).changed).toBe(false);
  }
});

test('values without a place on the scale keep theirs in the series', () => {
  const series = Array.from({ length: 40 }, (_, i) =>
    i === 3 ? Number.NaN : i === 4 ? -1 : (i < 25 ? 10 : 20) + (i % 3),
  );
  expect(meanShift(series, { scale: 'log' })).toMatchObject({ index: 25, direction: 'up', skipped: 2 });
});

test('too few values and values that do not vary say nothing', () => {
  expect(meanShift([1, 2, 3, 4, 5, 6, 7, 8, 9])).toMatchObject({ changed: null, p_value: null, index: null });
  expect(meanShift([]).reasons).toEqual(['There are 0 values, and 10 are needed.']);
  expect(meanShift(Array(20).fill(3)).reasons).toEqual(['The values do not vary.']);
});

test('equal seeds give equal results', () => {
  const stream = randomStream('seeds');
  const series = Array.from({ length: 30 }, (_, i) => stream.normal() + i / 40);
  expect(meanShift(series, { seed: 4 })).toEqual(meanShift(series, { seed: 4 }));
  expect(meanShift(series, { seed: 4 }).p_value).not.toBe(meanShift(series, { seed: 5 }).p_value);
});

test.each([{ alpha: 0 }, { alpha: 1 }, { resamples: 10 }, { seed: Number.NaN }])('%o is refused', (options) => {
  expect(() => meanShift([1, 2, 3], options)).toThrow(bad);
});
