import { expect } from 'vitest';

/** Expects every number of `expected` in `actual`, to 1e-9, relative or absolute, and everything else exactly. */
export function expectClose(actual: unknown, expected: unknown, path = ''): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    const room = 1e-9 * Math.max(Math.abs(expected), Math.abs(actual)) + 1e-9;
    expect(Math.abs(actual - expected), `${path}: ${actual} is not ${expected}`).toBeLessThanOrEqual(room);
  } else if (typeof expected === 'object' && expected !== null) {
    expect(actual, path).toBeTypeOf('object');
    for (const [key, value] of Object.entries(expected)) {
      expectClose((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
    }
  } else {
    expect(actual, path).toBe(expected);
  }
}

/** Where in a result there is NaN or an infinity, which JSON text would hide. */
export function numbersNotFinite(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path}: ${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersNotFinite(inner, `${path}.${key}`));
}
