import { describe, expect, it } from 'vitest';
import { KeptValues } from '../../src/analysis/tallies/kept-values.ts';
import { ValueList } from '../../src/analysis/tallies/value-list.ts';
import { distributionOf, type OperationLatencies } from '../../src/report/data/latencies.ts';
import { DRAWN_STEPS, ThinnedSeries } from '../../src/report/data/thinned-series.ts';
import { linearAxis, spacedAxis } from '../../src/report/figures/axis.ts';

describe('a distribution function', () => {
  it('has every value of few, each with the share of those not above it', () => {
    expect(distributionOf('a', [listOf([3, 1]), listOf([2, 2])])).toEqual({
      arm: 'a',
      values: 4,
      points: [
        [1, 0.25],
        [2, 0.5],
        [2, 0.75],
        [3, 1],
      ],
    });
  });

  it('has two hundred points of many, all on the function, both ends among them', () => {
    const values = Array.from({ length: 10_007 }, (_, i) => (i * 7919) % 10_007);
    const { points, values: n } = distributionOf('a', [listOf(values)])!;
    expect([n, points.length]).toEqual([10_007, 200]);
    expect(points[0]![0]).toBe(0);
    expect(points.at(-1)).toEqual([10_006, 1]);
    // The values are 0 … 10006, each once: so many are at most v as v + 1 says.
    for (const [value, share] of points) expect(share * 10_007).toBeCloseTo(value + 1, 6);
  });

  it('of sampled values is that of all values, estimated', () => {
    // Of a thousand slow values all were kept, of a thousand quick ones a tenth.
    const kept = new KeptValues(null);
    const values = new ValueList();
    const add = (value: number, inclusion: number) => {
      values.add(value);
      kept.add(value, { inclusion, key: 0, reservoir: -1 });
    };
    for (let i = 0; i < 1000; i++) add(1000 + i, 1);
    for (let i = 0; i < 100; i++) add(i, 0.1);
    const { points, values: n } = distributionOf('a', [{ values, kept }])!;
    expect([n, points.length]).toEqual([1100, 200]);
    for (const [value, share] of points) {
      if (share < 0.49) expect(value).toBeLessThan(100);
      if (share > 0.51) expect(value).toBeGreaterThanOrEqual(1000);
    }
  });

  it('is nothing of nothing', () => expect(distributionOf('a', [])).toBeUndefined());
});

describe('a thinned series', () => {
  it('keeps a short series whole, by rising x', () => {
    const series = new ThinnedSeries();
    for (const x of [3, 1, 2]) series.add(x, x * 10);
    expect(series.points).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
  });

  it.each([DRAWN_STEPS, 1000, 12_345])('keeps the first and the last of %i, evenly and within its bound', (n) => {
    const series = new ThinnedSeries();
    for (let i = 0; i < n; i++) series.add(i, -i);
    const xs = series.points.map(([x]) => x);
    expect(series.values).toBe(n);
    expect([xs[0], xs.at(-1)]).toEqual([0, n - 1]);
    expect(xs.length).toBeLessThanOrEqual(DRAWN_STEPS);
    expect(xs.length).toBeGreaterThanOrEqual(DRAWN_STEPS / 2);
    const gaps = xs.slice(1, -1).map((x, i) => x - xs[i]!);
    expect(new Set(gaps).size).toBe(1);
  });

  it('counts what is no finite number and does not draw it', () => {
    const series = new ThinnedSeries();
    for (const y of [1, Number.NaN, Number.POSITIVE_INFINITY, 2]) series.add(y, y);
    expect([series.values, series.nonFinite, series.points.length]).toEqual([2, 2, 2]);
  });
});

describe('an axis', () => {
  it('ends at round numbers and places its ends at the ends', () => {
    const { ticks, place } = linearAxis(0.13, 0.87, 0, 100);
    expect(ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect([place(0), place(1)]).toEqual([0, 100]);
  });

  it('has room for a single value', () => {
    for (const value of [0, 5, -3]) {
      const { place, ticks } = linearAxis(value, value, 0, 100);
      expect(place(value)).toBeGreaterThanOrEqual(0);
      expect(place(value)).toBeLessThanOrEqual(100);
      expect(ticks.length).toBeGreaterThan(1);
    }
  });

  it('is logarithmic where positive values lie far apart, and only there', () => {
    expect(spacedAxis(1, 1000, 0, 90)).toMatchObject({ logarithmic: true, ticks: [1, 10, 100, 1000] });
    expect(spacedAxis(1, 1000, 0, 90).place(10)).toBeCloseTo(30, 9);
    expect(spacedAxis(10, 20, 0, 90).logarithmic).toBe(false);
    expect(spacedAxis(0, 1000, 0, 90).logarithmic).toBe(false);
  });
});

function listOf(numbers: readonly number[]): OperationLatencies {
  const values = new ValueList();
  for (const number of numbers) values.add(number);
  return { values, kept: null };
}
