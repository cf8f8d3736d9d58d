import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/cli/durations.ts';

describe('a length of time', () => {
  it.each([
    ['30s', { seconds: 30 }],
    ['1h30m', { hours: 1, minutes: 30 }],
    ['250ms', { milliseconds: 250 }],
    ['1.5 min', { minutes: 1.5 }],
    ['2d', { days: 2 }],
  ])('%s is %j', (text, duration) => {
    expect(parseDuration(text)).toEqual(duration);
  });

  it.each(['', '5', 'm', '5 weeks', '-1s', '1m garbage'])('is not %j', (text) => {
    expect(() => parseDuration(text)).toThrow(/is no length of time/);
  });
});
