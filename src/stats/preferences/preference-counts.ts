import { CrucibleError, show } from '../../core/errors.ts';

/** What came of comparing two items, `count` times (default once). */
export interface Preference {
  readonly first: string;
  readonly second: string;
  readonly winner: 'first' | 'second' | 'tie';
  readonly count?: number;
}

/** Preferences between two items, by their numbers. */
export interface PairCounts {
  readonly i: number;
  readonly j: number;
  /** How often i was preferred. */
  wins: number;
  /** How often j was preferred. */
  losses: number;
  ties: number;
}

export interface PreferenceCounts {
  readonly items: readonly string[];
  readonly pairs: readonly PairCounts[];
  readonly total: number;
  readonly ties: number;
}

/** Throws `invalid_argument` for an item against itself, another winner, and counts that are not positive and finite. */
export function countPreferences(preferences: readonly Preference[]): PreferenceCounts {
  const numbers = new Map<string, number>();
  const numberOf = (item: string): number => {
    const number = numbers.get(item) ?? numbers.size;
    numbers.set(item, number);
    return number;
  };
  const pairs = new Map<string, PairCounts>();
  let total = 0;
  let ties = 0;
  for (const { first, second, winner, count = 1 } of preferences) {
    if (first === second || !(count > 0 && Number.isFinite(count)) || !WINNERS.includes(winner)) {
      throw new CrucibleError('invalid_argument', `A preference is ${show({ first, second, winner, count })}.`, {
        hint: 'Give two items, the winner as first, second or tie, and a positive count.',
      });
    }
    const [a, b] = [numberOf(first), numberOf(second)];
    const [i, j] = a < b ? [a, b] : [b, a];
    const key = `${i} ${j}`;
    const pair = pairs.get(key) ?? { i, j, wins: 0, losses: 0, ties: 0 };
    pairs.set(key, pair);
    total += count;
    if (winner === 'tie') {
      pair.ties += count;
      ties += count;
    } else if ((winner === 'first') === (a === i)) pair.wins += count;
    else pair.losses += count;
  }
  return { items: [...numbers.keys()], pairs: [...pairs.values()], total, ties };
}

const WINNERS: readonly string[] = ['first', 'second', 'tie'];

/**
 * Why the likelihood has no maximum, `undefined` when it has one. Strengths can be told only if each item can be reached from each
 * other one over preferences and ties (Ford 1957); with a parameter for ties, also only if no way to move the strengths apart explains
 * ever more as ties grow.
 */
export function whyNoMaximum({ items, pairs, ties, total }: PreferenceCounts, davidson: boolean): string | undefined {
  if (items.length < 2) return 'there are fewer than two items';
  const joined = reachable(items.length, pairs, () => true);
  if (joined.size < items.length) {
    const left = items.find((_, i) => !joined.has(i));
    return `nothing links ${show(items[0])} and ${show(left)}, not even over other items`;
  }
  if (ties === total && davidson) return 'every comparison is a tie';
  // Up: from a loser, or an equal, to who was preferred. Down: the other way about.
  const up = reachable(
    items.length,
    pairs,
    (pair, from) => pair.ties > 0 || (from === pair.i ? pair.losses : pair.wins) > 0,
  );
  const down = reachable(
    items.length,
    pairs,
    (pair, from) => pair.ties > 0 || (from === pair.i ? pair.wins : pair.losses) > 0,
  );
  if (up.size < items.length || down.size < items.length) {
    return 'some items were always preferred to all others, so the distance between them has no bound';
  }
  if (davidson && ties > 0 && separable(items.length, pairs)) {
    return 'wherever items were not equal, the same one was preferred, so the distance between them has no bound';
  }
  return undefined;
}

function reachable(
  count: number,
  pairs: readonly PairCounts[],
  open: (pair: PairCounts, from: number) => boolean,
): Set<number> {
  const seen = new Set<number>(count > 0 ? [0] : []);
  for (const at of seen) {
    for (const pair of pairs) {
      if (pair.i === at && open(pair, at)) seen.add(pair.j);
      if (pair.j === at && open(pair, at)) seen.add(pair.i);
    }
  }
  return seen;
}

/**
 * Whether strengths exist that are at least 2 apart wherever one item was preferred and at most 2 wherever there was a tie: a system of
 * differences, which has a solution unless there is a negative cycle (Bellman and Ford).
 */
function separable(count: number, pairs: readonly PairCounts[]): boolean {
  const limits: { from: number; to: number; most: number }[] = [];
  for (const { i, j, wins, losses, ties } of pairs) {
    if (wins > 0) limits.push({ from: i, to: j, most: -2 });
    if (losses > 0) limits.push({ from: j, to: i, most: -2 });
    if (ties > 0) limits.push({ from: i, to: j, most: 2 }, { from: j, to: i, most: 2 });
  }
  const strengths = new Float64Array(count);
  for (let round = 0; round <= count; round++) {
    let changed = false;
    for (const { from, to, most } of limits) {
      if (strengths[to]! <= strengths[from]! + most) continue;
      strengths[to] = strengths[from]! + most;
      changed = true;
    }
    if (!changed) return true;
  }
  return false;
}
