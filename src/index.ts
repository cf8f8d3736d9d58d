export type {
  AnomaliesOptions,
  AnomalousRecord,
  OperationAnomalies,
  SeriesChange,
} from './analysis/anomalies/anomalies.ts';
export type { WatchAnomaliesOptions, WatchedAnomaly } from './analysis/anomalies/anomaly-watch.ts';
export type { CompareOptions, MetricSpec, PerMetric } from './analysis/comparison/compare-options.ts';
export type {
  ArmOverview,
  ArmValues,
  ExperimentComparison,
  MetricComparison,
  MetricKind,
  MissingCause,
  MissingCounts,
  NeededSamples,
  OverReplicates,
  QuantileDifference,
  Sensitivity,
  Shortfall,
  TreatmentComparison,
  Verdict,
} from './analysis/comparison/comparison-result.ts';
export type { WeightedMetrics, WeightedNumber } from './analysis/experiment-metrics.ts';
export type { HypothesisAnalysis, TreatmentOutcome } from './analysis/hypothesis/analyze.ts';
export type { Deviation } from './analysis/hypothesis/deviations.ts';
export type { HypothesisOutcome } from './analysis/hypothesis/outcome.ts';
export type { ExperimentMetrics } from './analysis/metrics.ts';
export type { QueryWindow } from './analysis/query-window.ts';
export type { WindowedMetrics, WindowedMetricsOptions } from './analysis/windowed-metrics.ts';
export { type Bus, type BusEvent, createBus, type EventHandler, type HandlerInfo, type Span } from './bus/bus.ts';
export {
  type BridgedEvent,
  bridgeChannel,
  bridgeTracingChannel,
  publishToChannel,
  type TracingMapper,
} from './bus/diagnostics-channel.ts';
export { telemetry } from './bus/shared.ts';
export type { Clock, ClockAnchor } from './core/clock.ts';
export { CrucibleError, type ErrorCode } from './core/errors.ts';
export type { Duration, Moment } from './core/time.ts';
export {
  defineEvent,
  deploymentEvents,
  ensembleEvents,
  evalEvents,
  eventInfo,
  eventsByCategory,
  frameworkEvents,
  hedgingEvents,
  llmEvents,
  requestEvents,
  standardEvents,
  toolEvents,
  traceEvents,
  trainingEvents,
} from './events/registry.ts';
export type {
  EventCategory,
  EventDefinition,
  EventInfo,
  EventMap,
  EventShape,
  FieldDefinition,
  FieldType,
  Measurements,
  MeasurementsOf,
  Metadata,
  MetadataOf,
  StandardCategory,
  StandardEventMap,
} from './events/types.ts';
export type { Enricher } from './experiment/collector.ts';
export type { IngestedEvent } from './experiment/ingest.ts';
export type { RunContextValues } from './experiment/run-context.ts';
export type {
  AdaptiveSampling,
  ImportanceSampling,
  ReservoirSampling,
  SamplingOptions,
  StratifiedSampling,
  UniformSampling,
} from './experiment/sampling/sampling-options.ts';
export type { SeriesSummary } from './experiment/streaming/series.ts';
export type { StreamingSummary } from './experiment/streaming/streaming-metrics.ts';
export type { TrainingSeriesSummary } from './experiment/streaming/training-series.ts';
export type { AnonymizeOptions, ExportFormat, ExportOptions, ExportResult } from './export/export-records.ts';
export type { CrucibleOptions } from './lab/crucible-options.ts';
export type { ExperimentOptions } from './lab/definition.ts';
export type { Experiment } from './lab/experiment.ts';
export {
  type Comparands,
  createCrucible,
  crucible,
  type ExperimentFilter,
  type Lab,
} from './lab/lab.ts';
export { type JsonlMetricsOptions, jsonlMetrics } from './metrics-store/adapters/jsonl/jsonl-metrics.ts';
export { type LocalMetricsOptions, localMetrics } from './metrics-store/adapters/local/local-metrics.ts';
export { type MemoryMetricsOptions, memoryMetrics } from './metrics-store/adapters/memory/memory-metrics.ts';
export { type MetricsAdapter, type MetricsStoreConfig, openMetricsStore } from './metrics-store/adapters/open.ts';
export { type BatchingOptions, batchingMetrics } from './metrics-store/batching-metrics.ts';
export { type MetricsDriver, metricsStoreFrom } from './metrics-store/metrics-driver.ts';
export type {
  MetricFilter,
  MetricOptions,
  MetricPoint,
  MetricsRejects,
  MetricsStore,
} from './metrics-store/metrics-store.ts';
export { teeMetrics } from './metrics-store/tee-metrics.ts';
export { type EnrichOptions, enrichEvent } from './record/enrich-event.ts';
export type { EventRecord, ExperimentContext, FieldName, RecordScope } from './record/event-record.ts';
export type { ModelPrice, PriceOverrides } from './record/prices.ts';
export type { ComparisonReportOptions, Report, ReportFormat, ReportOptions } from './report/report.ts';
export type { ExperimentState, ExperimentStatus, Phase } from './stores/experiment-state.ts';
export type { FrozenPlan, Hypothesis, HypothesisDirection } from './stores/frozen-plan.ts';
export type { DropReason, LedgerCounts } from './stores/ledger-counts.ts';
export { type MemoryStoreOptions, memoryStore } from './stores/memory/memory-store.ts';
export type { Comparison, RecordQuery, Where } from './stores/query.ts';
export type { SamplingDesign } from './stores/sampling-design.ts';
export type { Store } from './stores/store.ts';
