import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../src/stats/random.ts';
import {
  adaptiveSampler,
  importanceSampler,
  type SamplingDecision,
  stratifiedSampler,
  uniformSampler,
} from '../../../src/stats/sampling/samplers.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });
const share = (decide: () => SamplingDecision, times = 20_000) =>
  Array.from({ length: times }, decide).filter(({ kept }) => kept).length / times;

test('a uniform sampler keeps the share it says', () => {
  const sampler = uniformSampler(0.2, randomStream(1));
  expect(sampler.decide().inclusion_probability).toBe(0.2);
  expect(share(() => sampler.decide())).toBeCloseTo(0.2, 1.7);
  const all = uniformSampler(1, randomStream(1));
  expect(share(() => all.decide(), 1000)).toBe(1);
});

test('a stratified sampler keeps each stratum by its own probability, and all of one that has none', () => {
  const sampler = stratifiedSampler({ ok: 0.1, error: 1 }, randomStream(2));
  expect(share(() => sampler.decide('ok'))).toBeCloseTo(0.1, 1.7);
  expect(share(() => sampler.decide('error'), 1000)).toBe(1);
  expect(sampler.decide('other')).toEqual({ kept: true, inclusion_probability: 1 });
  expect(sampler.decide('toString').inclusion_probability).toBe(1);
  expect(stratifiedSampler({}, randomStream(2), 0.3).decide('x').inclusion_probability).toBe(0.3);
});

test('an importance sampler keeps in proportion, within floor and 1', () => {
  const sampler = importanceSampler(0.1, randomStream(3));
  expect(
    [0.05, 2, 50, Number.NaN, -1, Number.POSITIVE_INFINITY].map((x) => sampler.decide(x).inclusion_probability),
  ).toEqual([0.01, 0.2, 1, 0.01, 0.01, 0.01]);
  expect(share(() => sampler.decide(3))).toBeCloseTo(0.3, 1.7);
});

describe('an adaptive sampler', () => {
  const run = (rates: readonly number[], seed: number) => {
    const sampler = adaptiveSampler({ target: 100, period: 1000 }, randomStream(seed));
    return rates.map((rate, period) => {
      const decisions = Array.from({ length: rate }, (_, i) => sampler.decide(period * 1000 + (i * 1000) / rate));
      return { kept: decisions.filter(({ kept }) => kept).length, p: decisions.map((d) => d.inclusion_probability) };
    });
  };

  test('keeps all in the first period, then about the target however many come', () => {
    const periods = run([1000, ...Array<number>(10).fill(1000), ...Array<number>(10).fill(5000)], 4);
    expect(periods[0]!.kept).toBe(1000);
    for (const { kept } of [...periods.slice(1, 11), ...periods.slice(16)]) {
      expect(kept).toBeGreaterThan(60);
      expect(kept).toBeLessThan(145);
    }
    const few = run([10, 10, 10], 4);
    expect(few.map(({ kept }) => kept)).toEqual([10, 10, 10]);
  });

  test('has one probability for a period, that follows from the periods before it', () => {
    const [one, other] = [run([500, 800, 300], 5), run([500, 800, 9000], 6)];
    for (const { p } of one) expect(new Set(p).size).toBe(1);
    expect(one.map(({ p }) => p[0])).toEqual(other.map(({ p }) => p[0]));
    expect(one[1]!.p[0]).toBe(100 / 500);
    expect(one[2]!.p[0]).toBe(100 / 650);
  });

  test('forgets in periods without items, and counts a time of the past for the present', () => {
    const sampler = adaptiveSampler({ target: 1, period: 10, floor: 1e-6 }, randomStream(7));
    for (let i = 0; i < 64; i++) sampler.decide(5);
    expect(sampler.decide(35).inclusion_probability).toBe(1 / 16);
    expect(sampler.decide(3).inclusion_probability).toBe(1 / 16);
    expect(sampler.decide(1e6).inclusion_probability).toBe(1);
  });
});

test('probabilities that are not, and options out of range, are refused', () => {
  const stream = randomStream(1);
  for (const p of [0, -0.1, 1.1, Number.NaN]) {
    expect(() => uniformSampler(p, stream)).toThrow(bad);
    expect(() => stratifiedSampler({ a: p }, stream)).toThrow(bad);
    expect(() => stratifiedSampler({}, stream, p)).toThrow(bad);
    expect(() => importanceSampler(1, stream, p)).toThrow(bad);
    expect(() => adaptiveSampler({ target: 1, period: 1, floor: p }, stream)).toThrow(bad);
  }
  expect(() => importanceSampler(0, stream)).toThrow(bad);
  expect(() => adaptiveSampler({ target: 0, period: 1 }, stream)).toThrow(bad);
  expect(() => adaptiveSampler({ target: 1, period: 0 }, stream)).toThrow(bad);
  expect(() => adaptiveSampler({ target: 1, period: 1, memory: 1 }, stream)).toThrow(bad);
  expect(() => adaptiveSampler({ target: 1, period: 1 }, stream).decide(Number.NaN)).toThrow(bad);
});
