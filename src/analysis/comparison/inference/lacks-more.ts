import { normalSf } from '../../../stats/distributions/normal.ts';
import { mcnemarTest } from '../../../stats/inference/mcnemar.ts';
import type { Arranged, Groups, Pairs } from '../items/arranged.ts';
import { testRates } from './test-items.ts';

/** Of a two-sided test: each side by itself is held to 5 %. */
const SUSPICIOUS = 0.1;

/**
 * The arm that lacks values more often than chance explains: samples without a partner are held against one half, groups against each other,
 * weighted ones by as many as tell as much. `strictly` takes any difference, for items so few that no test could tell.
 */
export function lacksMore(items: Arranged, strictly: boolean): 'baseline' | 'treatment' | null {
  const { excess, p } = items.design === 'paired' ? alone(items) : items.inclusion ? weighted(items) : counted(items);
  if (excess === 0 || (!strictly && !(p !== null && p <= SUSPICIOUS))) return null;
  return excess > 0 ? 'treatment' : 'baseline';
}

/** By how much more the treatment lacks, and the two-sided p of "neither lacks more". */
interface Excess {
  readonly excess: number;
  readonly p: number | null;
}

function alone({ firstOnly, secondOnly }: Pairs): Excess {
  const outcomes = { both: 0, first_only: firstOnly.length, second_only: secondOnly.length, neither: 0 };
  return { excess: firstOnly.length - secondOnly.length, p: mcnemarTest(outcomes).p_value };
}

function counted({ first, second, firstMissing, secondMissing }: Groups): Excess {
  const [a, b] = [
    { successes: firstMissing, n: first.length + firstMissing },
    { successes: secondMissing, n: second.length + secondMissing },
  ];
  if (a.n === 0 || b.n === 0) return { excess: 0, p: null };
  return { excess: b.successes / b.n - a.successes / a.n, p: testRates(a, b, 0.95).p_value };
}

function weighted({ inclusion }: Groups): Excess {
  const { first, second, firstMissing, secondMissing } = inclusion!;
  const [a, b] = [shareOf(first, firstMissing), shareOf(second, secondMissing)];
  const pooled = (a.share * a.n + b.share * b.n) / (a.n + b.n);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / a.n + 1 / b.n));
  const excess = b.share - a.share;
  return { excess, p: error > 0 ? 2 * normalSf(Math.abs(excess) / error) : null };
}

/** The weighted share of items without a value, and how many of equal weight would tell as much (Kish 1965). */
function shareOf(kept: Float64Array, missing: Float64Array): { share: number; n: number } {
  let [lacking, total, squares] = [0, 0, 0];
  for (const p of missing) lacking += 1 / p;
  for (const list of [kept, missing]) {
    for (const p of list) {
      total += 1 / p;
      squares += 1 / p ** 2;
    }
  }
  return total === 0 ? { share: 0, n: 1 } : { share: lacking / total, n: total ** 2 / squares };
}
