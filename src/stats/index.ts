export { autocorrelation, type Description, describe } from './describe.ts';
export { normalCdf, normalQuantile, normalSf } from './distributions/normal.ts';
export { ExponentialHistogram, type ExponentialHistogramOptions } from './exponential-histogram.ts';
export type { BucketData, ExponentialHistogramData } from './histogram-data.ts';
export { Moments } from './moments.ts';
export { median, type QuantileOptions, type QuantileType, quantile, quantiles } from './quantile.ts';
export { CompensatedSum, sum } from './sum.ts';
export { type WilsonInterval, wilsonInterval } from './wilson.ts';
