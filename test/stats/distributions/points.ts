import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Arguments, then the exact values as text; `null` where a value is beyond the range of doubles. */
export type PointRow = readonly (number | string | null)[];
type Table = readonly PointRow[];

export const reference = load('stats-reference.json');
export const points = load('distribution-points.json');

/** Every value of the table is met to `tolerance`, relative, by the functions that stand for its last columns. */
export function expectPoints(
  table: Table,
  functions: readonly ((...args: number[]) => number)[],
  tolerance: number = 1e-12,
): void {
  expect(table.length).toBeGreaterThan(0);
  const misses = table.flatMap((row) => {
    const args = row.slice(0, row.length - functions.length) as number[];
    return functions.flatMap((f, i) => {
      const wanted = row[args.length + i];
      if (wanted === null) return [];
      const value = f(...args);
      const miss = relativeError(value, Number(wanted));
      return miss <= tolerance ? [] : [`${f.name}(${args.join(', ')}) = ${value}, not ${wanted}: off by ${miss}`];
    });
  });
  expect(misses).toEqual([]);
}

export function relativeError(value: number, wanted: number): number {
  return value === wanted ? 0 : Math.abs(value - wanted) / Math.abs(wanted);
}

function load(name: string): Record<string, Table> {
  const file = new URL(`../../fixtures/${name}`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Table>;
}
