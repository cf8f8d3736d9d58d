import { requireNumber, requireProbability } from '../special/checks.ts';

/** The density of the standard normal distribution. Throws `invalid_argument` for NaN. */
export function normalPdf(z: number): number {
  requireNumber('z', z);
  return density(Math.abs(z)) * ONE_OVER_ROOT_2PI;
}

/**
 * The normal distribution function Φ(z) = P(Z ≤ z), to full double accuracy in both tails: rational approximations of
 * W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969). Throws `invalid_argument` for NaN.
 */
export function normalCdf(z: number): number {
  requireNumber('z', z);
  const size = Math.abs(z);
  if (size <= CENTRE) return 0.5 + z * ratio(size > 1e-16 ? z * z : 0, CENTRE_OVER, CENTRE_UNDER);
  const tail = density(size) * millsRatio(size);
  return z < 0 ? tail : 1 - tail;
}

/** The upper tail P(Z > z), accurate where `1 - normalCdf(z)` has no digits left. Throws `invalid_argument` for NaN. */
export function normalSf(z: number): number {
  return normalCdf(-z);
}

/** log Φ(z), finite where the probability itself underflows to 0. Throws `invalid_argument` for NaN. */
export function normalLogCdf(z: number): number {
  return normalLogSf(-z);
}

/** log P(Z > z), finite where the probability itself underflows to 0. Throws `invalid_argument` for NaN. */
export function normalLogSf(z: number): number {
  if (!(z > CENTRE)) return Math.log1p(-normalCdf(z));
  return z === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : -0.5 * z * z + Math.log(millsRatio(z));
}

/**
 * The normal quantile Φ⁻¹(p), to about one part in 10^16: algorithm AS 241 of M. J. Wichura, Applied Statistics 37 (1988).
 * 0 gives −Infinity and 1 gives Infinity. Throws `invalid_argument` for anything outside [0, 1].
 */
export function normalQuantile(p: number): number {
  requireProbability('p', p);
  const fromHalf = p - 0.5;
  if (Math.abs(fromHalf) <= 0.425) {
    return fromHalf * ratio(0.180625 - fromHalf * fromHalf, QUANTILE_MIDDLE_OVER, QUANTILE_MIDDLE_UNDER);
  }
  const tail = fromHalf < 0 ? p : 1 - p;
  if (tail === 0) return fromHalf < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-Math.log(tail));
  const z =
    r <= 5
      ? ratio(r - 1.6, QUANTILE_TAIL_OVER, QUANTILE_TAIL_UNDER)
      : ratio(r - 5, QUANTILE_FAR_OVER, QUANTILE_FAR_UNDER);
  return fromHalf < 0 ? -z : z;
}

/** The z with P(Z > z) = q: critical values. Throws `invalid_argument` for anything outside [0, 1]. */
export function normalQuantileUpper(q: number): number {
  return 0 - normalQuantile(q);
}

/** exp(−z²/2), in two factors: the square of z cut to sixteenths is exact, which keeps the digits of a large exponent. */
function density(z: number): number {
  if (z > 39) return 0;
  const cut = Math.trunc(z * 16) / 16;
  return Math.exp(-0.5 * cut * cut) * Math.exp(-0.5 * (z - cut) * (z + cut));
}

/** The upper tail over exp(−z²/2), for z above `CENTRE`. */
function millsRatio(z: number): number {
  if (z <= FAR) return ratio(z, TAIL_OVER, TAIL_UNDER);
  const inverse = 1 / z / z;
  return (ONE_OVER_ROOT_2PI - inverse * ratio(inverse, FAR_OVER, FAR_UNDER)) / z;
}

/** One polynomial over another, coefficients from the constant term up. */
function ratio(x: number, over: readonly number[], under: readonly number[]): number {
  return polynomial(x, over) / polynomial(x, under);
}

function polynomial(x: number, coefficients: readonly number[]): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i]!;
  return value;
}

const CENTRE = 0.67448975;
const FAR = Math.sqrt(32);
const ONE_OVER_ROOT_2PI = 0.3989422804014327;

const CENTRE_OVER = [
  18154.98125334356, 1067.6894854603709, 161.02823106855587, 2.2352520354606837, 0.06568233791820745,
];
const CENTRE_UNDER = [45507.78933502673, 10260.932208618979, 976.0985517377767, 47.202581904688245, 1];

const TAIL_OVER = [
  9842.714838383978, 11602.65143764735, 6848.190450536283, 2494.5375852903726, 597.2702763948002, 93.50665613217785,
  8.883149794388377, 0.39894151208813466, 1.0765576773720192e-8,
];
const TAIL_UNDER = [
  19685.429676859992, 38912.00328609327, 34900.95272114598, 18615.571640885097, 6485.558298266761, 1519.3775994075547,
  235.387901782625, 22.266688044328117, 1,
];

const FAR_OVER = [
  0.000029112874951168793, 0.0014216191932278934, 0.022235277870649807, 0.12740116116024736, 0.215898534057957,
  0.023073441764940174,
];
const FAR_UNDER = [
  0.00007297515550839662, 0.0037823963320275824, 0.06598813786892856, 0.4682382124808651, 1.284260096144911, 1,
];

const QUANTILE_MIDDLE_OVER = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
  33430.57558358813, 2509.0809287301227,
];
const QUANTILE_MIDDLE_UNDER = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
  5226.495278852854,
];
const QUANTILE_TAIL_OVER = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414,
];
const QUANTILE_TAIL_UNDER = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const QUANTILE_FAR_OVER = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
];
const QUANTILE_FAR_UNDER = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 0.000018463183175100548,
  1.421511758316446e-7, 2.0442631033899397e-15,
];
