import { CrucibleError, show } from '../core/errors.ts';
import { BucketCounts } from './bucket-counts.ts';
import { type BucketEdges, bucketEdges, edgeAbove, edgeBelow } from './bucket-edges.ts';
import { type ExponentialHistogramData, readHistogramData } from './histogram-data.ts';
import { between, place } from './quantile.ts';

export interface ExponentialHistogramOptions {
  /** The finest resolution: 2^scale buckets to each doubling of the value. From −11 to 10, default 6. */
  readonly scale?: number;
  /** How many buckets each sign may span before neighbours are joined. At least 2, default 2048. */
  readonly maxBuckets?: number;
}

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);
float[0] = -0;
const HIGH_WORD = words[1] === 0 ? 0 : 1;
const LOW_WORD = 1 - HIGH_WORD;
const TWO_52 = 2 ** 52;

/**
 * Counts of values in buckets that widen with the value: bucket i holds (base^i, base^(i+1)] with base = 2^(2^−scale), the
 * exponential histogram of OpenTelemetry, after DDSketch (Masson, Rim and Lee, VLDB 2019). Negative values have buckets of
 * their own, zeros a count. Where the values span more than `maxBuckets` buckets, neighbours are joined and the scale falls by one, as
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
    requireWhole('scale', scale, -11, 10);
    requireWhole('maxBuckets', maxBuckets, 2, 1 << 20);
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
      float[0] = x * TWO_52;
      high = words[HIGH_WORD]!;
      exponent = ((high >>> 20) & 0x7ff) - 52;
    }
    const { scale, bucket, edgeHigh, edgeLow } = this.#edges;
    const mantissa = high & 0xfffff;
    const cell = mantissa >>> (19 - scale);
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
   * limits, and then the highest scale at which everything fits.
   */
  merge(other: ExponentialHistogram): void {
    this.#maxBuckets = Math.min(this.#maxBuckets, other.#maxBuckets);
    this.#coarsenTo(Math.min(this.#scale, other.#scale));
    this.#absorb(this.#positive, other.#positive, other.#scale);
    this.#absorb(this.#negative, other.#negative, other.#scale);
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
    return this.#count === 0 ? null : this.#min;
  }

  /** The largest finite value, exact; `null` of nothing. */
  get max(): number | null {
    return this.#count === 0 ? null : this.#max;
  }

  /** The present scale: falls when the values span more buckets than allowed. */
  get scale(): number {
    return this.#scale;
  }
}
