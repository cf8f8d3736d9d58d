const POINTS = 28;
const NEGLIGIBLE = 40;

const { nodes, weights } = gaussLegendre(POINTS);

/**
 * ∫₀^∞ exp(−φ(v)) dv for φ(v) = slope · v + curvature · v² / 2 + …, both coefficients ≥ 0, where the further terms matter little:
 * the tail of a density that is almost normal. By the rule of Gauss and Legendre on the part that counts, whose terms are all
 * positive, so that nothing cancels.
 */
export function decayIntegral(phi: (v: number) => number, slope: number, curvature: number): number {
  const end = (2 * NEGLIGIBLE) / (slope + Math.sqrt(slope * slope + 2 * NEGLIGIBLE * curvature));
  let total = 0;
  for (let i = 0; i < POINTS; i++) total += weights[i]! * Math.exp(-phi(end * nodes[i]!));
  return end * total;
}

/** Nodes and weights for the unit interval, by Newton's method on the Legendre polynomial. */
function gaussLegendre(count: number): { nodes: Float64Array; weights: Float64Array } {
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let round = 0; round < 8; round++) {
      let before = 1;
      let value = x;
      for (let k = 2; k <= count; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (count * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    nodes[i] = (1 - x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
