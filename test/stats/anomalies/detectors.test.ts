import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EwmaDetector } from '../../../src/stats/anomalies/ewma-detector.ts';
import { findAnomalies } from '../../../src/stats/anomalies/find-anomalies.ts';
import { WindowDetector } from '../../../src/stats/anomalies/window-detector.ts';
import { describe as summary } from '../../../src/stats/describe.ts';
import { randomStream } from '../../../src/stats/random.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });
const noise = (seed: string, count: number, mean = 0, deviation = 1): number[] => {
  const stream = randomStream(seed);
  return Array.from({ length: count }, () => stream.normal(mean, deviation));
};

describe('a window', () => {
  test('judges a value by those before it only', () => {
    const values = noise('window', 60);
    for (const method of ['z', 'mad', 'iqr'] as const) {
      const detector = new WindowDetector({ method, window: 25, warmUp: 10 });
      values.forEach((value, i) => {
        const { score } = detector.update(value);
        if (i < 10) expect(score).toBe(null);
        else {
          const before = findAnomalies(values.slice(Math.max(0, i - 25), i), { method, threshold: 1e-9 }).baseline;
          const distance = (value - before.center!) / before.spread!;
          const wanted = method === 'iqr' ? Math.sign(distance) * Math.max(Math.abs(distance) - 0.5, 0) : distance;
          expect(score).toBeCloseTo(wanted, 10);
        }
      });
    }
  });

  test('forgets what is older than itself', () => {
    const detector = new WindowDetector({ window: 30, warmUp: 30 });
    for (const value of noise('old', 500, 1000)) detector.update(value);
    for (const value of noise('new', 30)) detector.update(value);
    expect(detector.update(0.1).flagged).toBe(false);
    expect(detector.update(1000).flagged).toBe(true);
  });

  test('cannot judge what comes after equal values', () => {
    const detector = new WindowDetector({ warmUp: 5 });
    for (let i = 0; i < 10; i++) detector.update(3);
    expect(detector.baseline.reason).toMatch(/do not vary/);
    expect(detector.update(4)).toEqual({ flagged: null, score: null });
  });
});

describe('an exponentially weighted mean', () => {
  test('finds every spike of 8 deviations, which a detector that updates first cannot', () => {
    const values = noise('spikes', 3000);
    const detector = new EwmaDetector({ weight: 0.1, threshold: 4 });
    let found = 0;
    values.forEach((value, i) => {
      const spike = i > 100 && i % 100 === 0;
      const { flagged } = detector.update(spike ? value + 12 : value);
      if (spike && flagged) found++;
    });
    expect(found).toBe(28);
    // 0.1 · 4² > 1: there the update-first rule flags nothing at all.
  });

  test('flags few values of noise', () => {
    const detector = new EwmaDetector();
    const flagged = noise('quiet', 50_000).filter((value) => detector.update(value).flagged).length;
    // 0.02% to 0.03%, more than 63 per million because the variance is an estimate from some 40 values.
    expect(flagged).toBeLessThan(30);
  });

  test('is the plain mean and variance until the weight takes over', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 20 }), (values) => {
        const detector = new EwmaDetector({ weight: 0.05, warmUp: 100 });
        for (const value of values) detector.update(value);
        expect(detector.mean).toBeCloseTo(summary(values).mean!, 9);
        expect(detector.variance).toBeCloseTo(summary(values).variance!, 7);
      }),
    );
  });

  test('is hardly moved by a spike, and follows a shift that stays', () => {
    const detector = new EwmaDetector();
    for (const value of noise('before', 500)) detector.update(value);
    const before = detector.mean!;
    expect(detector.update(1e9).flagged).toBe(true);
    expect(Math.abs(detector.mean! - before)).toBeLessThan(0.3);
    const shifted = noise('after', 400, 8);
    const flags = shifted.map((value) => detector.update(value).flagged);
    expect(flags[0]).toBe(true);
    expect(flags.slice(-100)).not.toContain(true);
    expect(Math.abs(detector.mean! - 8)).toBeLessThan(1);
  });

  test('of the logs does not feel the unit', () => {
    const values = noise('log', 300).map((x) => Math.exp(x));
    const [ms, s] = [new EwmaDetector({ scale: 'log' }), new EwmaDetector({ scale: 'log' })];
    for (const value of values) {
      const [one, other] = [ms.update(value * 1000).score, s.update(value).score];
      if (one === null) expect(other).toBe(null);
      else expect(other).toBeCloseTo(one, 7);
    }
  });
});

test('values without a place on the scale are not judged, not taken in, and counted', () => {
  for (const detector of [new WindowDetector({ scale: 'log' }), new EwmaDetector({ scale: 'log' })]) {
    for (const value of noise('w', 50)) detector.update(Math.exp(value));
    const before = detector.update(1).score;
    for (const value of [0, -1, Number.NaN, null, undefined, Number.POSITIVE_INFINITY]) {
      expect(detector.update(value)).toEqual({ flagged: null, score: null });
    }
    expect(detector.skipped).toBe(6);
    expect(before).not.toBe(null);
  }
  expect([new EwmaDetector().mean, new EwmaDetector().variance]).toEqual([null, null]);
});

test('options out of range are refused', () => {
  expect(() => new WindowDetector({ window: 2 })).toThrow(bad);
  expect(() => new WindowDetector({ warmUp: 0 })).toThrow(bad);
  expect(() => new WindowDetector({ threshold: -1 })).toThrow(bad);
  expect(() => new EwmaDetector({ weight: 1 })).toThrow(bad);
  expect(() => new EwmaDetector({ weight: 0 })).toThrow(bad);
  expect(() => new EwmaDetector({ threshold: 0 })).toThrow(bad);
  expect(() => new EwmaDetector({ warmUp: 1 })).toThrow(bad);
});
