/**
 * P(K > x) for Kolmogorov's limit distribution (1933), to full relative accuracy: its alternating series where that converges at once,
 * the theta series of the complement below.
 */
export function kolmogorovSf(x: number): number {
  if (x <= 0) return 1;
  if (x < 0.8) {
    let total = 0;
    for (let k = 1; k <= 19; k += 2) total += Math.exp(-((k * Math.PI) ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * total;
  }
  let total = 0;
  for (let k = 8; k >= 1; k--) total = Math.exp(-2 * k * k * x * x) - total;
  return 2 * total;
}

/** One pooled sample in order, as the lattice walk sees it. */
export interface Walk {
  readonly m: number;
  readonly n: number;
  /** For each count of values passed, from 0: whether the next value is another one, so that the distance is looked at there. */
  readonly looked: Uint8Array;
}

/**
 * The probability, over all orders in which `m` and `n` values may stand, that the walk reaches the distance: |i n − j m| ≥ `reach`, or
 * i n − j m ≥ `reach` when `oneSided`. Ties are respected (Schröer and Trenkler 1995). Only positive terms are added, so a small
 * probability keeps its digits.
 */
export function crossingProbability({ m, n, looked }: Walk, reach: number, oneSided: boolean): number {
  let crossed = 0;
  const mass = new Float64Array(n + 1);
  for (let i = 0; i <= m; i++) {
    for (let j = 0; j <= n; j++) {
      const left = m + n - i - j + 1;
      if (i + j === 0) mass[0] = 1;
      else {
        const fromFirst = i > 0 ? (mass[j]! * (m - i + 1)) / left : 0;
        const fromSecond = j > 0 ? (mass[j - 1]! * (n - j + 1)) / left : 0;
        mass[j] = fromFirst + fromSecond;
      }
      const distance = i * n - j * m;
      if (looked[i + j] && (oneSided ? distance : Math.abs(distance)) >= reach) {
        crossed += mass[j]!;
        mass[j] = 0;
      }
    }
  }
  return Math.min(crossed, 1);
}
