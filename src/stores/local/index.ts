export { type LocalStore, type LocalStoreOptions, localStore } from './local-store.ts';
export type { Durability } from './recording.ts';
export type { SealResult } from './seal-segment.ts';
export { experimentFolder, experimentFolders, type SegmentFile, segmentFiles } from './segment-files.ts';
export type { OnSkipped, SkippedData } from './segment-sources.ts';
export { type StagedEvents, stageEvents } from './staged-events.ts';
export { type SealedSegment, sealSegments, staleLock, unsealedSegments } from './unsealed-segments.ts';
export {
  type ExperimentVerification,
  type Finding,
  type VerifiedSegment,
  verifyExperiment,
} from './verify-experiment.ts';
