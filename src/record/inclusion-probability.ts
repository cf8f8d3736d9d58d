/** Whether a record can have been kept with this probability: above 0, at most 1, and not so small that its weight is infinite. */
export function isInclusionProbability(value: number): boolean {
  return value > 0 && value <= 1 && 1 / value < Number.POSITIVE_INFINITY;
}
