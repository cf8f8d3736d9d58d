import { mcnemarTest } from '../../../stats/inference/mcnemar.ts';
import type { Arranged } from '../items/arranged.ts';
import { testRates } from './test-items.ts';

/** Of a two-sided test: each side by itself is held to 5 %. */
const SUSPICIOUS = 0.1;

/**
 * The arm that lacks values more often than chance explains: samples without a partner are held against one half, groups against each other.
 * `strictly` takes any difference, for items so few that no test could tell.
 */
export function lacksMore(items: Arranged, strictly: boolean): 'baseline' | 'treatment' | null {
  const [first, second] =
    items.design === 'paired'
      ? [items.secondOnly.length, items.firstOnly.length]
      : [items.firstMissing, items.secondMissing];
  const [a, b] = items.design === 'paired' ? [1, 1] : [items.first.length + first, items.second.length + second];
  if (a === 0 || b === 0) return null;
  const excess = second / b - first / a;
  if (excess === 0 || (!strictly && !isBeyondChance(items, first, second))) return null;
  return excess > 0 ? 'treatment' : 'baseline';
}

function isBeyondChance(items: Arranged, first: number, second: number): boolean {
  const { p_value } =
    items.design === 'paired'
      ? mcnemarTest({ both: 0, first_only: second, second_only: first, neither: 0 })
      : testRates(
          { successes: first, n: items.first.length + first },
          { successes: second, n: items.second.length + second },
          0.95,
        );
  return p_value !== null && p_value <= SUSPICIOUS;
}
