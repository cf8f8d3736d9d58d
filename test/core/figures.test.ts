import { describe, expect, it } from 'vitest';
import {
  bytes,
  count,
  dollars,
  figure,
  milliseconds,
  moment,
  percent,
  seconds,
  signed,
} from '../../src/core/figures.ts';

describe('figures', () => {
  it.each([
    [milliseconds(0.0123), '12.3 µs'],
    [milliseconds(153.25), '153 ms'],
    [milliseconds(61_000), '1 min 1 s'],
    [milliseconds(0), '0 ms'],
    [seconds(3599.9), '1 h 0 min'],
    [seconds(90_061), '1 d 1 h'],
    [figure(0.123456), '0.1235'],
    [figure(0), '0'],
    [figure(Number.NaN), 'NaN'],
    [figure(1_234_567.5), '1.235e+6'],
    [figure(0.000012345), '1.234e-5'],
    [count(1_234_567), '1,234,567'],
    [dollars(0.00123456), '$0.00123'],
    [dollars(12.5), '$12.50'],
    [percent(0.9975), '99.75 %'],
    [bytes(999), '999 B'],
    [bytes(1_500_000), '1.5 MB'],
    [signed(-2), '−2'],
    [signed(0.5), '+0.5'],
    [moment(1_733_000_000_123_456), '2024-11-30 20:53:20Z'],
    [moment(1_733_000_000_123_456, 6), '2024-11-30 20:53:20.123456Z'],
  ])('%s is %s', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('are a dash where there is none, never a zero', () => {
    for (const format of [milliseconds, seconds, figure, count, dollars, percent, moment])
      expect(format(null)).toBe('–');
  });
});
