import { measureComparison } from '../lib/compare-sealed.js';

export const name = 'compare-parquet-samples';

export function measure() {
  return measureComparison({
    what: '`compare()` of 2 × 1M sealed events, 1M samples and 2M sessions, usual metrics',
    pairs: 1_000_000,
    distinct: true,
  });
}
