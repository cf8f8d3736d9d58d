import { wilsonLimits } from '../wilson.ts';
import type { Rate } from './rate.ts';

/**
 * The limits of `second` − `first` for two rates by Newcombe's method 10 (Statistics in Medicine 17, 1998, 873–890): Wilson's limits of each, put
 * together as the legs of right triangles. With the correlation `phi` of paired rates it is method 10 of the companion paper (17,
 * 2635–2650).
 */
export function newcombeLimits(first: Rate, second: Rate, z: number, phi = 0): { low: number; high: number } {
  const a = first.successes / first.n;
  const b = second.successes / second.n;
  const aLimits = wilsonLimits(first.successes, first.n, z);
  const bLimits = wilsonLimits(second.successes, second.n, z);
  return {
    low: b - a - leg(b - bLimits.low, aLimits.high - a, phi),
    high: b - a + leg(bLimits.high - b, a - aLimits.low, phi),
  };
}

function leg(x: number, y: number, phi: number): number {
  // Not negative but for rounding, for a phi within −1 and 1.
  return Math.sqrt(Math.max(x * x - 2 * phi * x * y + y * y, 0));
}
