/** Distributions by name, each with its mean. */
export const populations = {
  normal: { mean: 0, draw: (stream) => stream.normal() },
  exponential: { mean: 1, draw: (stream) => stream.exponential() },
  'lognormal σ 0.8': lognormal(0.8),
  'lognormal σ 1.5': lognormal(1.5),
  'rate 0.05': { mean: 0.05, draw: (stream) => (stream.uniform() < 0.05 ? 1 : 0) },
};

export function sampleOf({ draw }, n, stream) {
  return Float64Array.from({ length: n }, () => draw(stream));
}

function lognormal(deviation) {
  return { mean: Math.exp(deviation ** 2 / 2), draw: (stream) => stream.lognormal(0, deviation) };
}
