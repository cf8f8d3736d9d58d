import { expect, test } from 'vitest';
import { fakeClock } from '../../src/testing/fake-clock.ts';

const START = Date.UTC(2026, 0, 1) * 1000;

test('a fake clock stands still at the start of 2026 until it is moved', () => {
  const clock = fakeClock();
  expect([clock.nowMicros(), clock.nowMicros()]).toEqual([START, START]);
  clock.advance({ minutes: 1, seconds: 30 });
  expect(clock.nowMicros()).toBe(START + 90e6);
  clock.advance(7);
  clock.advance(0);
  expect(clock.nowMicros()).toBe(START + 90e6 + 7);
});

test('it starts at and can be set to any moment, also one in its past', () => {
  const clock = fakeClock('2020-01-01T00:00:00.000001Z');
  expect(clock.nowMicros()).toBe(Date.UTC(2020, 0, 1) * 1000 + 1);
  clock.set(new Date(5));
  expect(clock.nowMicros()).toBe(5000);
  clock.set(0);
  expect(clock.nowMicros()).toBe(0);
  expect(fakeClock(12).nowMicros()).toBe(12);
});

test('it is not moved by what is no time, and stays where it was', () => {
  const clock = fakeClock(100);
  for (const by of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, {}, { minutes: -1 }, { weeks: 1 }]) {
    expect(() => clock.advance(by as number), JSON.stringify(by)).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  }
  expect(() => clock.set('yesterday')).toThrow(/"yesterday"/);
  expect(() => fakeClock(Number.NaN)).toThrow(/startMicros/);
  expect(clock.nowMicros()).toBe(100);
});
