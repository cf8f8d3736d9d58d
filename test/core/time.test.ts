import { expect, test } from 'vitest';
import { momentMicros } from '../../src/core/time.ts';
import { memoryMetrics } from '../../src/metrics-store/adapters/memory/memory-metrics.ts';
import { bench } from '../lab/bench.ts';

const refused = expect.objectContaining({
  code: 'invalid_argument',
  message: expect.stringContaining('looks like milliseconds'),
  hint: expect.stringContaining('multiply it by 1000'),
});

test('milliseconds of this century are no moment in microseconds', () => {
  const now = Date.UTC(2026, 10, 23);
  for (const millis of [Date.UTC(2000, 0, 1), now, now + 0.5, Date.UTC(2099, 11, 31)]) {
    expect(() => momentMicros(millis, 'from')).toThrow(refused);
    expect(momentMicros(millis * 1000)).toBe(millis * 1000);
    expect(momentMicros(new Date(millis))).toBe(Math.trunc(millis) * 1000);
  }
});

test('small numbers are moments: simulated clocks begin at 0', () => {
  const hours = Array.from({ length: 10 * 24 }, (_, i) => i * 3600e6);
  for (const micros of [0, 1, 1000, -1, ...hours, 1_763_900_000, Date.UTC(2100, 0, 1)]) {
    expect(momentMicros(micros)).toBe(micros);
  }
});

test('January 1970 can be said by a Date or in text', () => {
  const micros = Date.UTC(1970, 0, 20) * 1000;
  expect(momentMicros(new Date(micros / 1000))).toBe(micros);
  expect(momentMicros('1970-01-20')).toBe(micros);
  expect(() => momentMicros(micros)).toThrow(refused);
});

test('every door that takes a time refuses them', async () => {
  const { lab } = bench();
  const experiment = await lab.startExperiment({ name: 'a' });
  const now = Date.UTC(2026, 10, 23);
  await expect(experiment.queryWindow({ from: now - 1000, to: now })).rejects.toThrow(refused);
  await expect(experiment.records({ from: now }).next()).rejects.toThrow(refused);
  expect(() => experiment.ingest({ name: 'a.b', timestamp: now })).toThrow(refused);
  await expect(memoryMetrics().record('run', 'loss', 1, { timestamp: now })).rejects.toThrow(refused);
});
