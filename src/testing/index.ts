export type { ConformanceOptions, TestFunction } from './conformance.ts';
export { type FakeClock, fakeClock } from './fake-clock.ts';
export { type MetricsStoreConformance, metricsStoreConformance } from './metrics-store-conformance.ts';
export { attachRecorder, type EventRecorder, type RecordedEvent } from './recorder.ts';
export { type StoreConformance, storeConformance } from './store-conformance.ts';
