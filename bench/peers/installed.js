import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonWith } from '../../scripts/interop/python.js';

// The last line that runs on Node 20.
const SQLITE = 'better-sqlite3@12.11.1';
const TRACKERS = ['trackio==0.43.0', 'wandb==0.31.0', 'tensorboard==2.21.0'];
const STATISTICS = [
  'jstat@1.9.6',
  'simple-statistics@7.12.1',
  '@stdlib/stats-base-dists-beta-cdf@0.2.3',
  '@stdlib/stats-base-dists-beta-quantile@0.2.3',
  '@stdlib/stats-base-dists-chisquare-cdf@0.3.1',
  '@stdlib/stats-base-dists-f-cdf@0.2.3',
  '@stdlib/stats-base-dists-normal-cdf@0.3.1',
  '@stdlib/stats-base-dists-normal-quantile@0.3.1',
  '@stdlib/stats-base-dists-t-cdf@0.2.3',
  '@stdlib/stats-base-dists-t-quantile@0.2.3',
  '@stdlib/stats-base-mean@0.2.2',
  '@stdlib/stats-base-variance@0.2.2',
  '@stdlib/stats-ttest2@0.2.3',
];
const SETUP = 'node bench/peers/setup.js';
const INSTALL_MS = 300_000;

/** better-sqlite3 from the temporary folder: `{ Database }`, or `{ reason }`. */
export function sqlite({ install = false } = {}) {
  const found = packages('crucible-bench-sqlite', [SQLITE], install);
  if (found.reason !== undefined) return found;
  // Tried elsewhere first: a binary for another Node ends its process.
  const attempt = "new (require('better-sqlite3'))(':memory:').close()";
  const { status, signal } = spawnSync(process.execPath, ['-e', attempt], { cwd: found.folder });
  if (status === 0) return { Database: found.load('better-sqlite3') };
  return { reason: signal ? `loading it ends with ${signal}` : `it is not installed (${SETUP})` };
}

/** Libraries of statistics from the temporary folder: `{ load }`, which requires a package of them, or `{ reason }`. */
export function statisticsLibraries({ install = false } = {}) {
  const found = packages('crucible-bench-statistics', STATISTICS, install);
  if (found.reason !== undefined) return found;
  try {
    for (const spec of STATISTICS) found.load(spec.slice(0, spec.lastIndexOf('@')));
    return found;
  } catch (error) {
    return { reason: `they are not installed (${SETUP}): ${error.message.split('\n')[0]}` };
  }
}

/** The Python that has the trackers: `{ binary }`, or `{ reason }`. */
export function pythonTrackers({ install = false } = {}) {
  const { binary, reason } = pythonWith(TRACKERS, { install });
  return reason === undefined ? { binary } : { reason: install ? reason : `${reason} (${SETUP})` };
}

/** A folder outside of the project with these packages: `{ folder, load }`, which requires one, or `{ reason }`. */
function packages(name, specs, install) {
  const folder = join(tmpdir(), name);
  mkdirSync(folder, { recursive: true });
  if (install && !existsSync(join(folder, 'node_modules'))) {
    const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', ...specs];
    const { status, stderr, error } = spawnSync('npm', args, { timeout: INSTALL_MS, encoding: 'utf8' });
    if (status !== 0) return { reason: error?.message ?? `npm could not install it: ${String(stderr).split('\n')[0]}` };
  }
  return { folder, load: createRequire(join(folder, 'index.js')) };
}
