import { measureComparison } from '../lib/compare-sealed.js';

export const name = 'compare-parquet';

export function measure() {
  return measureComparison({
    what: '`compare()` of 2 × 1M sealed events, 1,000 samples, usual metrics',
    pairs: 1000,
    distinct: false,
  });
}
