export type { AnomalyMethod, Baseline } from './anomalies/baseline.ts';
export {
  type ChangePoint,
  type ChangePointOptions,
  type CusumOptions,
  cusum,
  type PageHinkleyOptions,
  pageHinkley,
} from './anomalies/change-point.ts';
export { EwmaDetector, type EwmaOptions } from './anomalies/ewma-detector.ts';
export { type Anomaly, type AnomalyOptions, type AnomalyReport, findAnomalies } from './anomalies/find-anomalies.ts';
export { type MeanShift, type MeanShiftOptions, meanShift } from './anomalies/mean-shift.ts';
export type { AnomalyScale } from './anomalies/scale.ts';
export { type Judgement, WindowDetector, type WindowOptions } from './anomalies/window-detector.ts';
export {
  type BetaBinomialOptions,
  type BetaBinomialResult,
  betaBinomial,
  type RatePosterior,
} from './bayes/beta-binomial.ts';
export { clopperPearsonInterval } from './clopper-pearson.ts';
export { autocorrelation, type Description, describe } from './describe.ts';
export {
  betaCdf,
  betaLogCdf,
  betaLogSf,
  betaPdf,
  betaQuantile,
  betaQuantileUpper,
  betaSf,
} from './distributions/beta.ts';
export {
  binomialCdf,
  binomialPmf,
  binomialQuantile,
  binomialQuantileUpper,
  binomialSf,
} from './distributions/binomial.ts';
export {
  chiSquareCdf,
  chiSquareLogCdf,
  chiSquareLogSf,
  chiSquarePdf,
  chiSquareQuantile,
  chiSquareQuantileUpper,
  chiSquareSf,
} from './distributions/chi-square.ts';
export { fCdf, fLogCdf, fLogSf, fPdf, fQuantile, fQuantileUpper, fSf } from './distributions/f.ts';
export {
  gammaCdf,
  gammaLogCdf,
  gammaLogSf,
  gammaPdf,
  gammaQuantile,
  gammaQuantileUpper,
  gammaSf,
} from './distributions/gamma.ts';
export {
  hypergeometricCdf,
  hypergeometricPmf,
  hypergeometricQuantile,
  hypergeometricQuantileUpper,
  hypergeometricSf,
} from './distributions/hypergeometric.ts';
export {
  noncentralTCdf,
  noncentralTPdf,
  noncentralTQuantile,
  noncentralTQuantileUpper,
  noncentralTSf,
} from './distributions/noncentral-t.ts';
export {
  normalCdf,
  normalLogCdf,
  normalLogSf,
  normalPdf,
  normalQuantile,
  normalQuantileUpper,
  normalSf,
} from './distributions/normal.ts';
export {
  studentTCdf,
  studentTLogCdf,
  studentTLogSf,
  studentTPdf,
  studentTQuantile,
  studentTQuantileUpper,
  studentTSf,
} from './distributions/student-t.ts';
export { cliffDelta } from './effect-size/cliff-delta.ts';
export { cohenD, type EffectSizeOptions, hedgesG } from './effect-size/cohen-d.ts';
export { oddsRatio, riskDifference, riskRatio } from './effect-size/rates.ts';
export { ExponentialHistogram, type ExponentialHistogramOptions } from './exponential-histogram.ts';
export { type HarrellDavisEstimate, harrellDavis } from './harrell-davis.ts';
export type { BucketData, ExponentialHistogramData } from './histogram-data.ts';
export { type Adjustment, adjustPValues } from './inference/adjust-p-values.ts';
export { anova, welchAnova } from './inference/anova.ts';
export { type CountTable, chiSquareFitTest, chiSquareIndependenceTest } from './inference/chi-square-tests.ts';
export { type ClusteredOptions, clusteredDifferenceTest, clusteredTest } from './inference/clustered-t.ts';
export {
  type EquivalenceOptions,
  type Estimate,
  equivalenceTest,
  type Margin,
  type MarginResult,
  type NonInferiorityOptions,
  nonInferiorityTest,
  rateEquivalenceTest,
  rateNonInferiorityTest,
} from './inference/equivalence.ts';
export { type FisherOptions, fisherTest } from './inference/fisher-exact.ts';
export { type KolmogorovSmirnovOptions, kolmogorovSmirnovTest } from './inference/kolmogorov-smirnov.ts';
export { kruskalWallisTest } from './inference/kruskal-wallis.ts';
export { mannWhitneyTest, type RankTestOptions } from './inference/mann-whitney.ts';
export { type McNemarOptions, mcnemarTest, type PairedOutcomes } from './inference/mcnemar.ts';
export { oneSampleTest, pairedTest } from './inference/one-sample-t.ts';
export type { TestOptions } from './inference/options.ts';
export type { Rate } from './inference/rate.ts';
export type { ClusterIds, Values } from './inference/sample.ts';
export { signedRankTest } from './inference/signed-rank.ts';
export type {
  Alternative,
  DroppedCounts,
  EffectSize,
  Interval,
  TestResult,
} from './inference/test-result.ts';
export { type RateOptions, twoProportionsTest } from './inference/two-proportions.ts';
export { studentTest, welchTest } from './inference/two-sample-t.ts';
export { jeffreysInterval } from './jeffreys.ts';
export { Moments } from './moments.ts';
export type {
  ClusterDesign,
  Design,
  MeansDesign,
  PairedMeansDesign,
  PairedProportionsDesign,
  ProportionsDesign,
  RepeatedSpread,
} from './planning/design.ts';
export { type IntraclassCorrelation, intraclassCorrelation } from './planning/intraclass-correlation.ts';
export { minimumDetectableEffect, type Plan, type PlanOptions, power, sampleSize } from './planning/plan.ts';
export {
  type BradleyTerryOptions,
  type BradleyTerryResult,
  bradleyTerry,
  type Strength,
} from './preferences/bradley-terry.ts';
export type { Preference } from './preferences/preference-counts.ts';
export { median, type QuantileOptions, type QuantileType, quantile, quantiles } from './quantile.ts';
export { type RandomStream, randomStream } from './random.ts';
export { type CovariateGroup, type CupedAdjustment, cuped } from './randomization/cuped.ts';
export { type SampleRatioOptions, type SampleRatioResult, sampleRatioTest } from './randomization/sample-ratio.ts';
export { type Ranks, rankValues } from './ranks.ts';
export type { RateInterval } from './rate-interval.ts';
export { bootstrap, bootstrapPaired, bootstrapTwoSample, type TwoGroupings } from './resampling/bootstrap.ts';
export type { BootstrapOptions, BootstrapResult } from './resampling/bootstrap-result.ts';
export type { Label } from './resampling/label-numbers.ts';
export {
  type PermutationOptions,
  type PermutationResult,
  permutationTest,
  permutationTestPaired,
} from './resampling/permutation.ts';
export type { Statistic, TwoSampleStatistic } from './resampling/statistic.ts';
export type { Grouping } from './resampling/units.ts';
export {
  type AdaptiveOptions,
  adaptiveProbability,
  type ImportanceOptions,
  importanceProbability,
  permanentRandom,
  stratifiedProbability,
} from './sampling/inclusion-probability.ts';
export { Reservoir, ReservoirDraw } from './sampling/reservoir.ts';
export {
  type WeightedEstimate,
  type WeightedMeanOptions,
  type WeightedOptions,
  type WeightedTotalOptions,
  weightedMean,
  weightedTotal,
} from './sampling/weighted-estimate.ts';
export { weightedQuantile, weightedQuantiles } from './sampling/weighted-quantile.ts';
export { weightedRate } from './sampling/weighted-rate.ts';
export {
  interquartileMean,
  interquartileMeanDifference,
  interquartileMeanOverSeeds,
  type TaskScores,
} from './seeds/interquartile-mean.ts';
export { afterLook } from './sequential/looks.ts';
export {
  type MeanSequenceOptions,
  meanDifferenceSequence,
  meanSequence,
  pairedMeanSequence,
  type SampleSummary,
} from './sequential/mean-sequence.ts';
export {
  type PairedRateCounts,
  pairedRateSequence,
  type RateCounts,
  type RateSequenceOptions,
  rateDifferenceSequence,
  rateSequence,
} from './sequential/rate-sequence.ts';
export { logBeta, logGamma } from './special/log-gamma.ts';
export { CompensatedSum, sum } from './sum.ts';
export { type WilsonInterval, wilsonInterval } from './wilson.ts';
