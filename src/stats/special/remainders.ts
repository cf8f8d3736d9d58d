/** log(1 + x) − x for x > −1, to full relative accuracy where the two all but cancel. */
export function logRemainder(x: number): number {
  const size = Math.abs(x);
  if (size > 0.65) return Math.log1p(x) - x;
  // log(1 + x) = 2 artanh r with r = x / (2 + x), and x = 2r + r·x.
  const r = x / (2 + x);
  const square = r * r;
  let series = 0;
  for (let odd = size < 0.05 ? 13 : size < 0.4 ? 27 : 57; odd >= 3; odd -= 2) series = series * square + 1 / odd;
  return r * (2 * square * series - x);
}

/** eˣ − 1 − x, to full relative accuracy. */
export function expRemainder(x: number): number {
  const size = Math.abs(x);
  if (size > 0.5) return Math.expm1(x) - x;
  let series = 1;
  for (let k = size < 0.05 ? 10 : 15; k >= 3; k--) series = 1 + (x / k) * series;
  return 0.5 * x * x * series;
}
