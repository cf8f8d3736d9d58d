import { expect } from 'vitest';

/** Every number within `tolerance` of the one wanted, relative to its size. */
export function expectNear(
  values: readonly (number | null | undefined)[],
  wanted: readonly number[],
  tolerance: number = 1e-12,
): void {
  expect(values.length).toBe(wanted.length);
  for (const [i, value] of values.entries()) {
    const target = wanted[i]!;
    expect(typeof value, `number ${i} is ${value}, not ${target}`).toBe('number');
    expect(Math.abs(value! - target), `number ${i}: ${value} is not ${target}`).toBeLessThanOrEqual(
      tolerance * Math.abs(target),
    );
  }
}
