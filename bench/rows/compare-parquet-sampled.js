import { measureComparison } from '../lib/compare-sealed.js';

export const name = 'compare-parquet-sampled';

export function measure() {
  return measureComparison({
    what: '`compare()` of 2 × 1M events of which some 930,000 were kept by importance and sealed, 1M samples, usual metrics',
    pairs: null,
    distinct: true,
    sampling: { method: 'importance', by: 'latency_ms', certainFrom: 300, floor: 0.01 },
  });
}
