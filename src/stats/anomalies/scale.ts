/** Whether scores are of values or of their logarithms, as they should be for latencies and costs, which are skewed. */
export type AnomalyScale = 'linear' | 'log';

/** The value on the scale; `null` for what is not finite or, on the log scale, not positive. */
export function scaled(value: number | null | undefined, scale: AnomalyScale): number | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  if (scale === 'linear') return value;
  return value > 0 ? Math.log(value) : null;
}

/** The value that stands at a place on the scale. */
export function unscaled(place: number, scale: AnomalyScale): number {
  return scale === 'linear' ? place : Math.exp(place);
}
