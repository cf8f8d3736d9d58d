/** Numbers made of pairs, too many to be listed. */
interface PairNumbers {
  readonly count: number;
  readonly least: number;
  readonly most: number;
  /** So many may be listed. */
  readonly few: number;
  readonly countUpTo: (limit: number) => number;
  /** Those above `low` and up to `high`. */
  readonly list: (low: number, high: number) => number[];
}

/** The k-th smallest (from 1) of all differences second[j] − first[i] of two ascending lists. */
export function kthDifference(first: Float64Array, second: Float64Array, k: number): number {
  const [m, n] = [first.length, second.length];
  return kthSmallest(k, {
    count: m * n,
    least: second[0]! - first[m - 1]!,
    most: second[n - 1]! - first[0]!,
    few: 2000 + (m + n) / 8,
    countUpTo: (limit) => {
      let count = 0;
      let i = m;
      // As the second value falls, ever smaller first values are enough.
      for (let j = n - 1; j >= 0; j--) {
        while (i > 0 && second[j]! - first[i - 1]! <= limit) i--;
        count += m - i;
      }
      return count;
    },
    list: (low, high) => {
      const found: number[] = [];
      let [from, to] = [m, m];
      for (let j = n - 1; j >= 0; j--) {
        while (from > 0 && second[j]! - first[from - 1]! <= high) from--;
        while (to > 0 && second[j]! - first[to - 1]! <= low) to--;
        for (let i = from; i < to; i++) found.push(second[j]! - first[i]!);
      }
      return found;
    },
  });
}

/** The k-th smallest (from 1) of the Walsh averages (xᵢ + xⱼ) / 2, i ≤ j, of an ascending list. */
export function kthWalshAverage(values: Float64Array, k: number): number {
  const n = values.length;
  /** How many values from the i-th on make an average up to `limit` with it, where it is known to be at most `most`. */
  const endOf = (i: number, most: number, limit: number): number => {
    let end = most;
    while (end > i && average(values[i]!, values[end - 1]!) > limit) end--;
    return end;
  };
  return kthSmallest(k, {
    count: (n * (n + 1)) / 2,
    least: values[0]!,
    most: values[n - 1]!,
    few: 2000 + n / 8,
    countUpTo: (limit) => {
      let count = 0;
      let end = n;
      for (let i = 0; i < n; i++) {
        end = endOf(i, end, limit);
        if (end <= i) break;
        count += end - i;
      }
      return count;
    },
    list: (low, high) => {
      const found: number[] = [];
      let [from, to] = [n, n];
      for (let i = 0; i < n; i++) {
        to = endOf(i, Math.max(to, i), high);
        from = endOf(i, Math.max(from, i), low);
        for (let j = Math.max(from, i); j < to; j++) found.push(average(values[i]!, values[j]!));
      }
      return found;
    },
  });
}

/** The median of `count` values of which `kth` gives the k-th smallest. */
export function middle(count: number, kth: (k: number) => number): number {
  const half = count / 2;
  return Number.isInteger(half) ? average(kth(half), kth(half + 1)) : kth(half + 0.5);
}

function average(x: number, y: number): number {
  const total = x + y;
  return Number.isFinite(total) ? total / 2 : x / 2 + y / 2;
}

/**
 * Closes in on the k-th smallest until few numbers are left to be listed: two guesses by interpolation of the counts, a little to
 * either side, and where they miss, a halving by the order of the doubles.
 */
function kthSmallest(k: number, { count, least, most, few, countUpTo, list }: PairNumbers): number {
  let [low, high] = [least, most];
  let [below, upTo] = [countUpTo(least), count];
  if (below >= k) return least;
  const look = (at: number): void => {
    if (!(at > low && at < high)) return;
    const found = countUpTo(at);
    if (found >= k) [high, upTo] = [at, found];
    else [low, below] = [at, found];
  };
  for (let slack = 0.05; upTo - below > few; ) {
    const width = high - low;
    const place = (k - 0.5 - below) / (upTo - below);
    look(low + width * (place - slack));
    look(low + width * (place + slack));
    // An infinite width is no progress.
    if (high - low <= 3 * slack * width && width < Number.POSITIVE_INFINITY) {
      slack = Math.max(slack / 8, 1e-5);
      continue;
    }
    slack = Math.min(slack * 4, 0.2);
    const [first, last] = [ordinal(low), ordinal(high)];
    if (last - first <= 1n) return high;
    look(double((first + last) >> 1n));
  }
  return Float64Array.from(list(low, high)).sort()[k - below - 1]!;
}

const SIGN = 1n << 63n;
const view = new DataView(new ArrayBuffer(8));

/** Whole numbers in the order of the doubles. */
function ordinal(x: number): bigint {
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  return bits < SIGN ? bits : SIGN - bits;
}

function double(place: bigint): number {
  view.setBigUint64(0, place < 0n ? SIGN - place : place);
  return view.getFloat64(0);
}
