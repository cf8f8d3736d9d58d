/** Median and best (lowest) of the rounds. */
export function summarise(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, best: sorted[0], rounds: sorted.length };
}

/** The peers of a line: what `interleave` found for these labels, in their order. */
export function peersOf(results, labels) {
  return labels.map((label) => ({ name: label, ...results[label] }));
}

/** A value with a unit that suits its size. Times are in ns. */
export function format(value, unit) {
  if (unit === 'bytes') return value >= 2e6 ? `${digits(value / 1e6)} MB` : `${digits(value)} B`;
  if (value >= 1e9) return `${digits(value / 1e9)} s`;
  if (value >= 1e6) return `${digits(value / 1e6)} ms`;
  if (value >= 1e3) return `${digits(value / 1e3)} µs`;
  return `${digits(value)} ns`;
}

export function formatRatio(ratio) {
  return `${digits(ratio)}×`;
}

function digits(value) {
  const size = Math.abs(value);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
}
