/** What a series of finite values is, worked out the slow way. */
export function naiveSeries(given: readonly number[]) {
  const values = given.filter(Number.isFinite).sort((a, b) => a - b);
  const count = values.length;
  // Adding small ones first, so that the rounding errors of the oracle stay below those it looks for.
  const sum = [...values].sort((a, b) => Math.abs(a) - Math.abs(b)).reduce((total, value) => total + value, 0);
  const mean = count === 0 ? null : sum / count;
  const squares = values.reduce((total, value) => total + (value - mean!) ** 2, 0);
  return {
    count,
    sum,
    mean,
    std_dev: count < 2 ? null : Math.sqrt(squares / (count - 1)),
    min: values[0] ?? null,
    max: values.at(-1) ?? null,
    non_finite: given.length - count,
    quantile: (p: number) => {
      if (count === 0) return null;
      const position = (count - 1) * p;
      const low = values[Math.floor(position)]!;
      return low + (values[Math.ceil(position)]! - low) * (position - Math.floor(position));
    },
  };
}

export const PERCENTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;
