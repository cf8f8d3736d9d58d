import { differences } from '../../../stats/inference/one-sample-t.ts';
import type { TestResult } from '../../../stats/inference/test-result.ts';
import { LabelNumbers } from '../../../stats/label-numbers.ts';
import type { Arranged } from '../items/arranged.ts';
import type { Bounds } from './margin-p.ts';

const BISECTIONS = 100;
/** What differs by less is rounding: rates are between 0 and 1. */
const ROUNDING = 1e-12;

/** Bounds of the difference, each missed at most as often as `tail` says. */
type Limits = (tail: number) => Bounds;

/**
 * The interval of a difference of rates whose units all say the same, where a test by the variance has nothing to go by. Of n units that are
 * alike, at most 1 − tail^(1/n) of all may be other ones (Clopper and Pearson 1934), and no rate is below 0 or above 1: so the
 * difference is bounded. Units are clusters where there are some, as many as their sizes tell (Kish 1965; Korn and Graubard 1998). p is that
 * of the interval that just reaches 0, which for pairs that all differ is that of the sign test.
 *
 * null where the units do differ. Values of unknown range have no such bound: one other unit could be any distance away.
 */
export function withoutVariance(result: TestResult, items: Arranged, level: number): TestResult | null {
  const limits = limitsOf(items);
  if (limits === null) return null;
  const { low, high } = limits((1 - level) / 2);
  return {
    ...result,
    method: 'Clopper-Pearson bound on the units that differ',
    p_value: Math.min(1, 2 * Math.min(...ends(limits))),
    ci: { level, low, high, method: 'Clopper-Pearson' },
    assumptions: [
      'The units (clusters, where there are some) are independent, and no rate is below 0 or above 1.',
      'No unit differs from the others: the interval says how many of those not seen may.',
    ],
  };
}

/**
 * Whether an arm is all successes and the other all failures: of groups without clusters Fisher's test then tells more than the bound,
 * and has Newcombe's interval beside it.
 */
export function areOpposite({ design, first, second }: Arranged): boolean {
  return design === 'unpaired' && first[0] !== second[0];
}

/** p of "at or below the margin's low end" and of "at or above its high end" by the same bounds; null where the units differ. */
export function marginWithoutVariance(items: Arranged, margin: Bounds): Bounds | null {
  const limits = limitsOf(items);
  if (limits === null) return null;
  return {
    low: reaching((tail) => limits(tail).low > margin.low),
    high: reaching((tail) => limits(tail).high < margin.high),
  };
}

/** Why values of unknown range have neither interval nor test where nothing varies; null where something does. */
export function whyUnbounded(items: Arranged, level: number): string | null {
  const of = (values: Float64Array, clusters: Int32Array | null) => alike(values, clusters)?.n ?? null;
  const n =
    items.design === 'paired'
      ? of(differences(items), items.clusters)
      : least(of(items.first, items.firstClusters), of(items.second, items.secondClusters));
  if (n === null || n < 2) return null;
  const what = items.design === 'paired' ? 'All pairs have the same difference' : 'All values of an arm are the same';
  const share = Number((100 * mostOthers(n, 1 - level)).toPrecision(2));
  return `${what}: at most ${share} % of those not seen may be other ones (at level ${level}), but nothing bounds how far off these are, so that there is neither interval nor test, and no equivalence.`;
}

function limitsOf(items: Arranged): Limits | null {
  return items.design === 'paired' ? limitsOfPairs(items) : limitsOfGroups(items);
}

function limitsOfPairs(items: Extract<Arranged, { design: 'paired' }>): Limits | null {
  const unit = alike(differences(items), items.clusters);
  if (unit === null) return null;
  const { value, n } = unit;
  return (tail) => {
    const others = mostOthers(n, tail);
    return { low: value - others * (value + 1), high: value + others * (1 - value) };
  };
}

function limitsOfGroups(items: Extract<Arranged, { design: 'unpaired' }>): Limits | null {
  const [a, b] = [alike(items.first, items.firstClusters), alike(items.second, items.secondClusters)];
  if (a === null || b === null) return null;
  // A rate that is at its end already cannot go on: then only the other arm may miss.
  const reach = (tail: number, one: number, other: number): number => {
    const own = one > 0 && other > 0 ? tail / 2 : tail;
    return one * mostOthers(b.n, own) + other * mostOthers(a.n, own);
  };
  const value = b.value - a.value;
  return (tail) => ({
    low: value - reach(tail, b.value, 1 - a.value),
    high: value + reach(tail, 1 - b.value, a.value),
  });
}

/** The one value of all units, and how many of equal size tell as much; null where units differ. */
function alike(values: Float64Array, clusters: Int32Array | null): { value: number; n: number } | null {
  if (values.length === 0) return null;
  if (clusters === null) {
    const value = values[0]!;
    return values.some((other) => Math.abs(other - value) > ROUNDING) ? null : { value, n: values.length };
  }
  const numbers = new LabelNumbers(values.length);
  const sums = new Float64Array(values.length);
  const sizes = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const unit = numbers.of(clusters[i]!);
    sums[unit]! += values[i]!;
    sizes[unit]!++;
  }
  const value = sums[0]! / sizes[0]!;
  let squares = 0;
  for (let unit = 0; unit < numbers.count; unit++) {
    if (Math.abs(sums[unit]! / sizes[unit]! - value) > ROUNDING) return null;
    squares += sizes[unit]! ** 2;
  }
  return { value, n: values.length ** 2 / squares };
}

function mostOthers(n: number, tail: number): number {
  return -Math.expm1(Math.log(tail) / n);
}

function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.min(a, b);
}

/** The tails at which the bounds just leave 0 below and above them. */
function ends(limits: Limits): [number, number] {
  return [reaching((tail) => limits(tail).low > 0), reaching((tail) => limits(tail).high < 0)];
}

/** The least tail at which that holds: bounds draw in as it grows. 1 where none does. */
function reaching(holds: (tail: number) => boolean): number {
  let [low, high] = [1e-300, 1];
  if (holds(low)) return low;
  if (!holds(1 - Number.EPSILON)) return 1;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
