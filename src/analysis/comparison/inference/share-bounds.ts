import type { TestResult } from '../../../stats/inference/test-result.ts';

/** Said of an interval that reached further than shares can differ. */
export const CUT = 'The interval was cut to −1 to +1: two shares cannot differ by more.';

/** A difference of shares, no further out than two shares can lie apart. */
export function withinShares(difference: number): number {
  return Math.max(-1, Math.min(1, difference));
}

/**
 * The result with its interval cut to what a difference of shares can be, of which t and the mixtures of normals know nothing; the test
 * stays as it is.
 */
export function cutToShares(result: TestResult): { readonly result: TestResult; readonly isCut: boolean } {
  const { ci } = result;
  if (ci === null) return { result, isCut: false };
  const [low, high] = [withinShares(ci.low ?? -1), withinShares(ci.high ?? 1)];
  if (low === ci.low && high === ci.high) return { result, isCut: false };
  return { result: { ...result, ci: { ...ci, low, high } }, isCut: true };
}
