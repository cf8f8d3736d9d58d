import { packageVersion } from '../../core/package-version.ts';

/** What a report was written with. */
export interface Software {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly citation: string;
}

export function software(): Software {
  const version = packageVersion() ?? '(version unknown)';
  return {
    version,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    citation: `crucible-telemetry ${version}. Research-grade instrumentation and metrics for AI and ML experiments [software].`,
  };
}
