/** The x > 0 at which a function that only rises reaches `wanted`, between two values on whose sides of it they lie; by halves of log x. */
export function rootOfRising(f: (x: number) => number, wanted: number, from: number, to: number): number {
  let low = Math.log(from);
  let high = Math.log(to);
  while (high - low > 1e-14 * Math.max(1, Math.abs(high))) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (f(Math.exp(middle)) < wanted) low = middle;
    else high = middle;
  }
  return Math.exp(high);
}
