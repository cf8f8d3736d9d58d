import { existsSync, readFileSync } from 'node:fs';

/** The version of this package. Undefined where it was bundled into a program and has lost its own description. */
export function packageVersion(): string | undefined {
  // This module lies one or two folders below the package, depending on how it was built.
  for (const up of ['../package.json', '../../package.json']) {
    const file = new URL(up, import.meta.url);
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (name === 'crucible-telemetry') return version;
  }
  return undefined;
}
