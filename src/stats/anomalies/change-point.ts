import { CrucibleError, show } from '../../core/errors.ts';
import { describe } from '../describe.ts';
import type { Sample } from '../finite.ts';
import { requireFinite, requirePositive } from '../special/checks.ts';
import { type AnomalyScale, scaled } from './scale.ts';

export interface ChangePointOptions {
  /** Default `linear`; `log` for latencies and costs. */
  readonly scale?: AnomalyScale;
  /** The first values, of which mean and deviation are taken where they are not given. Default 30, at least 3. */
  readonly baseline?: number;
  /** What the values vary about while nothing has changed, on the scale. */
  readonly mean?: number;
  /** Their standard deviation, on the scale. Give both or none. */
  readonly deviation?: number;
}

export interface CusumOptions extends ChangePointOptions {
  /** How much of a shift, in deviations, is let pass at each value: half of what is to be found. Default 0.5. */
  readonly slack?: number;
  /** The sum, in deviations, that raises the alarm. Default 5: one false alarm in some 465 values. */
  readonly threshold?: number;
}

export interface PageHinkleyOptions extends ChangePointOptions {
  /** Change, in deviations, that is let pass at each value. Default 0.25. */
  readonly slack?: number;
  /** The rise, in deviations, that raises the alarm. Default 15: one false alarm in some 10,000 values. */
  readonly threshold?: number;
}

/** Where a series changed, if it did. */
export interface ChangePoint {
  readonly method: 'cusum' | 'page_hinkley';
  readonly scale: AnomalyScale;
  /** Whether a change was found; `null` where nothing can be told. */
  readonly changed: boolean | null;
  readonly direction: 'up' | 'down' | null;
  /** Where the values began to differ, as far as can be told: an index into the series. */
  readonly index: number | null;
  /** Where there were enough of them to raise the alarm. */
  readonly alarm_index: number | null;
  readonly mean: number | null;
  readonly deviation: number | null;
  /** Values that are not finite or have no place on the scale. */
  readonly skipped: number;
  readonly reasons: readonly string[];
}

/**
 * Page's two-sided CUSUM (Biometrika 41, 1954) for a shift of the mean: sums of what each value is above (below) the mean by more than
 * `slack`, which start again at 0. The first alarm ends the search. It is for watching a stream: without any change it alarms too, by
 * default once in some 465 values on average, and more often where mean and deviation are those of a few first values. Whether a complete
 * series changed, at a stated rate of false alarms, is for `meanShift`. Values are supposed to be independent.
 *
 * `null`, with the reason, for too few values and a baseline that does not vary. Throws `invalid_argument` for options out of range.
 */
export function cusum(series: Sample, { slack = 0.5, threshold = 5, ...options }: CusumOptions = {}): ChangePoint {
  checkLimits(slack, threshold);
  return search('cusum', series, options, () => {
    const sides = bothSides();
    return (z, index) => {
      for (const side of sides) {
        if (side.sum === 0) side.start = index;
        side.sum = Math.max(side.sum + side.sign * z - slack, 0);
        if (side.sum > threshold) return side;
      }
      return undefined;
    };
  });
}

/**
 * The test of Page and Hinkley (Hinkley, Biometrika 58, 1971) for a shift of the mean, two-sided: sums of deviations from the running
 * mean of all values so far, less `slack`, and how far they are from their extreme. It needs no mean that is known beforehand, and forgives
 * one that is wrong; `mean` only starts it. Without a change it alarms too, once in some 10,000 values on average. Otherwise as
 * `cusum`.
 */
export function pageHinkley(
  series: Sample,
  { slack = 0.25, threshold = 15, ...options }: PageHinkleyOptions = {},
): ChangePoint {
  checkLimits(slack, threshold);
  return search('page_hinkley', series, options, (own) => {
    // The baseline counts for as many values as it was made of.
    let count = own;
    let mean = 0;
    const sides = bothSides();
    return (z, index) => {
      count++;
      mean += (z - mean) / count;
      for (const side of sides) {
        side.sum += side.sign * (z - mean) - slack;
        if (side.sum < side.least) {
          side.least = side.sum;
          side.start = index + 1;
        }
        if (side.sum - side.least > threshold) return side;
      }
      return undefined;
    };
  });
}

/** A sum of deviations in one direction. */
interface Side {
  readonly sign: 1 | -1;
  sum: number;
  /** The least that the sum has been. */
  least: number;
  /** Where it began to rise. */
  start: number;
}

function bothSides(): readonly Side[] {
  return ([1, -1] as const).map((sign) => ({ sign, sum: 0, least: 0, start: 0 }));
}

function search(
  method: ChangePoint['method'],
  series: Sample,
  options: ChangePointOptions,
  /** Takes how many values the baseline was made of, 0 for a given one; then values in deviations from its mean. */
  make: (own: number) => (z: number, index: number) => Side | undefined,
): ChangePoint {
  const { scale = 'linear', baseline = 30, mean, deviation } = options;
  if ((mean === undefined) !== (deviation === undefined)) {
    throw new CrucibleError('invalid_argument', `mean is ${show(mean)} and deviation is ${show(deviation)}.`, {
      hint: 'Give both or none.',
    });
  }
  if (!(Number.isInteger(baseline) && baseline >= 3)) {
    throw new CrucibleError('invalid_argument', `baseline is ${show(baseline)}.`, {
      hint: 'Give a whole number of at least 3.',
    });
  }
  if (mean !== undefined) requireFinite('mean', mean);
  if (deviation !== undefined) requirePositive('deviation', deviation);

  const kept: { place: number; index: number }[] = [];
  for (let index = 0; index < series.length; index++) {
    const place = scaled(series[index], scale);
    if (place !== null) kept.push({ place, index });
  }
  const own = mean === undefined ? baseline : 0;
  const known = { method, scale, skipped: series.length - kept.length };
  const nothing = { direction: null, index: null, alarm_index: null };
  const none = (reason: string): ChangePoint => ({
    ...known,
    ...nothing,
    changed: null,
    mean: null,
    deviation: null,
    reasons: [reason],
  });
  if (kept.length <= own) return none(`There are ${kept.length} values, and ${own + 1} are needed.`);
  const first = describe(kept.slice(0, own).map(({ place }) => place));
  const center = mean ?? first.mean!;
  const spread = deviation ?? first.std_dev!;
  if (!(spread > 0)) return none('The baseline does not vary.');

  const step = make(own);
  for (const [at, { place, index }] of kept.entries()) {
    if (at < own) continue;
    const alarm = step((place - center) / spread, at);
    if (alarm === undefined) continue;
    return {
      ...known,
      changed: true,
      direction: alarm.sign > 0 ? 'up' : 'down',
      index: kept[Math.min(Math.max(alarm.start, own), at)]!.index,
      alarm_index: index,
      mean: center,
      deviation: spread,
      reasons: [],
    };
  }
  return { ...known, ...nothing, changed: false, mean: center, deviation: spread, reasons: [] };
}

function checkLimits(slack: number, threshold: number): void {
  requireFinite('slack', slack);
  if (slack < 0) {
    throw new CrucibleError('invalid_argument', `slack is ${show(slack)}.`, { hint: 'Give a number of at least 0.' });
  }
  requirePositive('threshold', threshold);
}
