/**
 * The integral over the whole line of exp(log) for a smooth concave `log` with its peak in [from, to]: the trapezoidal rule around the
 * peak, whose error vanishes exponentially, halved until nothing changes. Accurate relative to the result however small that is.
 */
export function integralOfLogConcave(log: (v: number) => number, from: number, to: number): number {
  const peak = peakOf(log, from, to);
  const top = log(peak);
  let step = 1;
  while (top - Math.min(log(peak - step), log(peak + step)) > 1) step /= 2;
  while (top - Math.min(log(peak - step), log(peak + step)) < 0.5) step *= 2;
  const side = (start: number, stride: number): number => {
    let total = 0;
    for (let v = start; ; v += stride) {
      const term = Math.exp(log(v) - top);
      total += term;
      if (!(term > NEGLIGIBLE * (1 + total))) return total;
    }
  };
  const sum = (offset: number): number => side(peak + offset, step) + side(peak + offset - step, -step);
  let total = step * sum(0);
  for (let halvings = 0; halvings < 12; halvings++) {
    const refined = 0.5 * (total + step * sum(0.5 * step));
    const settled = Math.abs(refined - total) <= 1e-13 * refined;
    total = refined;
    step /= 2;
    if (settled) break;
  }
  return total * Math.exp(top);
}

const NEGLIGIBLE = 1e-20;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

function peakOf(f: (v: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [fa, fb] = [f(a), f(b)];
  // The place need not be exact.
  while (high - low > 1e-6 * (1 + Math.abs(low))) {
    if (fa > fb) {
      [high, b, fb] = [b, a, fa];
      a = high - GOLDEN * (high - low);
      fa = f(a);
    } else {
      [low, a, fa] = [a, b, fb];
      b = low + GOLDEN * (high - low);
      fb = f(b);
    }
  }
  return (low + high) / 2;
}

/**
 * The integral from `from` to `to` of a function that is smooth inside and may have a kink at the ends: the tanh-sinh rule of Takahasi and
 * Mori (1974), to some 1e-12 of the largest values.
 */
export function integralBetween(f: (x: number) => number, from: number, to: number): number {
  const half = (to - from) / 2;
  const at = (t: number): number => {
    const s = (Math.PI / 2) * Math.sinh(t);
    const weight = ((Math.PI / 2) * Math.cosh(t)) / Math.cosh(s) ** 2;
    const x = from + half * (1 + Math.tanh(s));
    return x > from && x < to && weight > 0 ? weight * f(x) : 0;
  };
  let step = 0.25;
  let sum = 0;
  for (let t = -3.5; t <= 3.5; t += step) sum += at(t);
  let total = step * sum;
  for (let halvings = 0; halvings < 6; halvings++) {
    for (let t = -3.5 + step / 2; t < 3.5; t += step) sum += at(t);
    step /= 2;
    const refined = step * sum;
    const settled = Math.abs(refined - total) <= 1e-12 * Math.abs(refined);
    total = refined;
    if (settled) break;
  }
  return half * total;
}
