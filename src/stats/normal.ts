import { CrucibleError, show } from '../core/errors.ts';

/**
 * The normal distribution function Φ(z) = P(Z ≤ z), to full double accuracy in both tails: rational approximations of
 * W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969). Throws `invalid_argument` for NaN.
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) throw new CrucibleError('invalid_argument', 'z is NaN, which has no probability.');
  const size = Math.abs(z);
  if (size <= CENTRE) return 0.5 + z * ratio(size > 1e-16 ? z * z : 0, CENTRE_OVER, CENTRE_UNDER);
  const tail = upperTail(size);
  return z < 0 ? tail : 1 - tail;
}

/** The upper tail P(Z > z), accurate where `1 - normalCdf(z)` has no digits left. Throws `invalid_argument` for NaN. */
export function normalSf(z: number): number {
  return normalCdf(-z);
}

/**
 * The normal quantile Φ⁻¹(p), to about one part in 10^16: algorithm AS 241 of M. J. Wichura, Applied Statistics 37 (1988).
 * 0 gives −Infinity and 1 gives Infinity. Throws `invalid_argument` for anything outside [0, 1].
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) {
    throw new CrucibleError('invalid_argument', `p is ${show(p)}, which is not a probability.`, {
      hint: 'Give a number between 0 and 1.',
    });
  }
  const fromHalf = p - 0.5;
  if (Math.abs(fromHalf) <= 0.425) {
    return fromHalf * ratio(0.180625 - fromHalf * fromHalf, QUANTILE_MIDDLE_OVER, QUANTILE_MIDDLE_UNDER);
  }
  const tail = fromHalf < 0 ? p : 1 - p;
  if (tail === 0) return fromHalf < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-Math.log(tail));
  const z = r <= 5 ? ratio(r - 1.6, QUANTILE_TAIL_OVER, QUANTILE_TAIL_UNDER) : ratio(r - 5, QUANTILE_FAR_OVER, QUANTILE_FAR_UNDER);
  return fromHalf < 0 ? -z : z;
}

function upperTail(z: number): number {
  if (z > 39) return 0;
  // exp(−z²/2) in two factors: the square of z cut to sixteenths is exact, which keeps the digits of a large exponent.
  const cut = Math.trunc(z * 16) / 16;
  const density = Math.exp(-0.5 * cut * cut) * Math.exp(-0.5 * (z - cut) * (z + cut));
  if (z <= FAR) return density * ratio(z, TAIL_OVER, TAIL_UNDER);
  const inverse = 1 / (z * z);
  return (density * (ONE_OVER_ROOT_2PI - inverse * ratio(inverse, FAR_OVER, FAR_UNDER))) / z;
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

const CENTRE_OVER = [18154.981253343561249, 1067.6894854603709582, 161.02823106855587881, 2.2352520354606839287, 0.065682337918207449113];
const CENTRE_UNDER = [45507.789335026729956, 10260.932208618978205, 976.09855173777669322, 47.20258190468824187, 1];

const TAIL_OVER = [
  9842.7148383839780218, 11602.651437647350124, 6848.1904505362823326, 2494.5375852903726711, 597.27027639480026226,
  93.506656132177855979, 8.8831497943883759412, 0.39894151208813466764, 1.0765576773720192317e-8,
];
const TAIL_UNDER = [
  19685.429676859990727, 38912.003286093271411, 34900.952721145977266, 18615.571640885098091, 6485.558298266760755,
  1519.377599407554805, 235.38790178262499861, 22.266688044328115691, 1,
];

const FAR_OVER = [
  2.9112874951168792e-5, 0.001421619193227893466, 0.022235277649012, 0.1274011611602473639, 0.21589853405795699, 0.02307344176494017303,
];
const FAR_UNDER = [7.29751555083966205e-5, 0.00378239633202758244, 0.0659881378689285515, 0.468238212480865118, 1.28426009614491121, 1];

const QUANTILE_MIDDLE_OVER = [
  3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
  67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
];
const QUANTILE_MIDDLE_UNDER = [
  1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
  28729.085735721942674, 5226.495278852854561,
];
const QUANTILE_TAIL_OVER = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504, 1.27045825245236838258,
  0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
];
const QUANTILE_TAIL_UNDER = [
  1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459, 0.0151986665636164571966,
  5.475938084995344946e-4, 1.05075007164441684324e-9,
];
const QUANTILE_FAR_OVER = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123, 0.026532189526576123093,
  0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
];
const QUANTILE_FAR_UNDER = [
  1, 0.59983220655588793769, 0.1369298809227358053, 0.0148753612908506148525, 7.868691311456132591e-4,
  1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
];
