import { CrucibleError, show } from '../core/errors.ts';
import { BucketCounts } from './bucket-counts.ts';
import { type BucketEdges, bucketEdges, edgeAbove, edgeBelow } from './bucket-edges.ts';
import { HIGH_WORD, LOW_WORD } from './float-words.ts';
import { checkHistogramData, type ExponentialHistogramData, LIMITS } from './histogram-data.ts';
import { between, place } from './quantile.ts';

export interface ExponentialHistogramOptions {
  /** The finest resolution: 2^scale buckets to each doubling of the value. From −11 to 10, default 6. */
  readonly scale?: number;
  /** How many buckets each sign may span before neighbours are joined. At least 2, default 2048. */
  readonly maxBuckets?: number;
}

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);
const TWO_52 = 2 ** 52;

/**
 * Counts of values in buckets that widen with the value: bucket i holds (base^i, base^(i+1)] with base = 2^(2^−scale), the
 * exponential histogram of OpenTelemetry, after DDSketch (Masson, Rim and Lee, VLDB 2019). Negative values have buckets of
 * their own, zeros a count. Where the values span more than `maxBuckets`, neighbours are joined and the scale falls by one, as
 * often as needed: memory is bounded and every quantile keeps a relative error of at most `relativeErrorBound`.
 *
 * Merging is exact: parts merged in any order are the whole, to the bucket.
 */
export class ExponentialHistogram {
  readonly #edges: BucketEdges;
  #scale: number;
  #maxBuckets: number;
  /** From indices at the scale of `#edges` to indices at `#scale`. */
  #shift: number;
  readonly #positive = new BucketCounts();
  readonly #negative = new BucketCounts();
  #count = 0;
  #zeroCount = 0;
  #nonFinite = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** Throws `invalid_argument` for a scale or a number of buckets out of range. */
  constructor(options: ExponentialHistogramOptions = {}) {
    const { scale = 6, maxBuckets = 2048 } = options;
    requireWhole('scale', scale, LIMITS.scale);
    requireWhole('maxBuckets', maxBuckets, LIMITS.max_buckets);
    this.#edges = bucketEdges(Math.max(scale, 0));
    this.#scale = scale;
    this.#maxBuckets = maxBuckets;
    this.#shift = this.#edges.scale - scale;
  }

  /** Counts a value. NaN and infinities count in `nonFinite` and nowhere else. */
  add(x: number): void {
    float[0] = x;
    let high = words[HIGH_WORD]!;
    let exponent = (high >>> 20) & 0x7ff;
    if (exponent === 0x7ff) {
      this.#nonFinite++;
      return;
    }
    this.#count++;
    if (x < this.#min) this.#min = x;
    if (x > this.#max) this.#max = x;
    if (exponent === 0) {
      if (x === 0) {
        this.#zeroCount++;
        return;
      }
      // Subnormal: 2^52 times as much is not, and has the same mantissa.
      float[0] = x * TWO_52;
      high = words[HIGH_WORD]!;
      exponent = ((high >>> 20) & 0x7ff) - 52;
    }
    const { scale, bucket, edgeHigh, edgeLow } = this.#edges;
    const mantissa = high & 0xfffff;
    const cell = mantissa >>> (19 - scale);
    // Negative once the mantissa is past the edge in its cell; a tie of the upper bits is for the lower ones to decide.
    const room = edgeHigh[cell]! - mantissa;
    let index = ((exponent - 1023) << scale) + bucket[cell]! + (room >>> 31);
    if (room === 0 && words[LOW_WORD]! >>> 0 > edgeLow[cell]!) index++;
    index >>= this.#shift;

    const counts = high < 0 ? this.#negative : this.#positive;
    if (index < counts.low || index > counts.high) index = this.#reach(counts, index);
    counts.slots[index & counts.mask]!++;
  }

  /**
   * Takes in what `other` counted; `other` is unchanged. The result has the lower of the two scales and the smaller of the two
   * limits, and of what these leave the highest scale at which everything fits.
   */
  merge(other: ExponentialHistogram): void {
    const limit = Math.min(this.#maxBuckets, other.#maxBuckets);
    this.#maxBuckets = limit;
    this.#coarsen(Math.max(0, this.#scale - other.#scale));
    const finer = other.#scale - this.#scale;
    const by = Math.max(
      this.#positive.halvings(other.#positive.low >> finer, other.#positive.high >> finer, limit),
      this.#negative.halvings(other.#negative.low >> finer, other.#negative.high >> finer, limit),
    );
    this.#coarsen(by);
    this.#positive.absorb(other.#positive, finer + by);
    this.#negative.absorb(other.#negative, finer + by);
    this.#count += other.#count;
    this.#zeroCount += other.#zeroCount;
    this.#nonFinite += other.#nonFinite;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /** How many finite values were added. */
  get count(): number {
    return this.#count;
  }

  /** How many of them were 0. */
  get zeroCount(): number {
    return this.#zeroCount;
  }

  /** How many NaN and infinities were added. */
  get nonFinite(): number {
    return this.#nonFinite;
  }

  /** The smallest finite value, exact; `null` of nothing. */
  get min(): number | null {
    return this.#count === 0 ? null : this.#min + 0;
  }

  /** The largest finite value, exact; `null` of nothing. */
  get max(): number | null {
    return this.#count === 0 ? null : this.#max + 0;
  }

  /** The present scale: falls when the values span more buckets than allowed. */
  get scale(): number {
    return this.#scale;
  }

  /**
   * The most by which the estimate of an order statistic may differ from the true one, relative to the true one: base − 1,
   * 1.09 % at scale 6. This is the worst case of the interpolated value that `quantile` reports; on smooth data it is some
   * hundred times nearer. A quantile between two order statistics of one sign keeps the bound; between a negative and a
   * positive one the errors of both add up while they themselves cancel. `Infinity` at scales −10 and −11.
   */
  get relativeErrorBound(): number {
    return Math.expm1(Math.LN2 * 2 ** -this.#scale);
  }

  /**
   * An estimate of the quantile of type 7, which `quantiles` gives exactly: the two order statistics around it are placed
   * log-linearly inside their buckets. They never leave [min, max], and the first and the last are exact. `null` of nothing.
   * Throws `invalid_argument` for a probability outside [0, 1].
   */
  quantile(p: number): number | null {
    if (!(p >= 0 && p <= 1)) {
      throw new CrucibleError('invalid_argument', `The probability is ${show(p)}.`, {
        hint: 'Give a number between 0 and 1.',
      });
    }
    if (this.#count === 0) return null;
    const { lower, upper, weight } = place(p, this.#count, 7);
    const low = this.#orderStatistic(lower);
    return weight === 0 ? low : between(low, this.#orderStatistic(upper), weight);
  }

  toJSON(): ExponentialHistogramData {
    return {
      scale: this.#scale,
      max_buckets: this.#maxBuckets,
      count: this.#count,
      zero_count: this.#zeroCount,
      non_finite: this.#nonFinite,
      min: this.min,
      max: this.max,
      positive: this.#positive.toJSON(),
      negative: this.#negative.toJSON(),
    };
  }

  /** The histogram that `toJSON` described. Throws `damaged_data` where the numbers contradict each other. */
  static fromJSON(data: ExponentialHistogramData): ExponentialHistogram {
    checkHistogramData(data);
    const histogram = new ExponentialHistogram({ scale: data.scale, maxBuckets: data.max_buckets });
    histogram.#positive.restore(data.positive);
    histogram.#negative.restore(data.negative);
    histogram.#count = data.count;
    histogram.#zeroCount = data.zero_count;
    histogram.#nonFinite = data.non_finite;
    histogram.#min = data.min ?? Number.POSITIVE_INFINITY;
    histogram.#max = data.max ?? Number.NEGATIVE_INFINITY;
    return histogram;
  }

  #orderStatistic(rank: number): number {
    if (rank === 0) return this.#min + 0;
    if (rank === this.#count - 1) return this.#max + 0;
    let left = rank;
    for (let i = this.#negative.high; i >= this.#negative.low; i--) {
      const held = this.#negative.slots[i & this.#negative.mask]!;
      if (left < held) return -this.#inside(i, 1 - (left + 0.5) / held, -this.#max, -this.#min);
      left -= held;
    }
    if (left < this.#zeroCount) return 0;
    left -= this.#zeroCount;
    for (let i = this.#positive.low; i <= this.#positive.high; i++) {
      const held = this.#positive.slots[i & this.#positive.mask]!;
      if (left < held) return this.#inside(i, (left + 0.5) / held, this.#min, this.#max);
      left -= held;
    }
    return this.#max;
  }

  /** The size `part` of the way through bucket `index`, on a logarithmic scale, of what of it lies within [least, most]. */
  #inside(index: number, part: number, least: number, most: number): number {
    const first = Math.max(edgeAbove(this.#scale, index), least);
    const last = Math.min(edgeBelow(this.#scale, index + 1), most);
    const size = Math.exp((1 - part) * Math.log(first) + part * Math.log(last));
    return Math.min(Math.max(size, first), last);
  }

  /** Makes room for a value outside the window of its sign and returns its index at the scale that fits. */
  #reach(counts: BucketCounts, index: number): number {
    const by = counts.halvings(index, index, this.#maxBuckets);
    this.#coarsen(by);
    counts.cover(index >> by, index >> by);
    return index >> by;
  }

  #coarsen(by: number): void {
    if (by === 0) return;
    this.#positive.coarsen(by);
    this.#negative.coarsen(by);
    this.#scale -= by;
    this.#shift += by;
  }
}

function requireWhole(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, {
    hint: `Give a whole number from ${least} to ${most}.`,
  });
}
