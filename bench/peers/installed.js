import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonWith } from '../../scripts/interop/python.js';

const SQLITE = 'better-sqlite3@13.2.0';
const TRACKERS = ['trackio==0.43.0', 'wandb==0.31.0', 'tensorboard==2.21.0'];
const INSTALL_MS = 300_000;

/** better-sqlite3 from the temporary folder: `{ Database }`, or `{ reason }`. */
export function sqlite({ install = false } = {}) {
  const folder = join(tmpdir(), 'crucible-bench-sqlite');
  const load = () => createRequire(join(folder, 'index.js'))('better-sqlite3');
  if (install && !existsSync(join(folder, 'node_modules'))) {
    mkdirSync(folder, { recursive: true });
    const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', SQLITE];
    const { status, stderr, error } = spawnSync('npm', args, { timeout: INSTALL_MS, encoding: 'utf8' });
    if (status !== 0) return { reason: error?.message ?? `npm could not install it: ${String(stderr).split('\n')[0]}` };
  }
  try {
    const Database = load();
    new Database(':memory:').close();
    return { Database };
  } catch (error) {
    return { reason: `it is not installed (node bench/peers/setup.js): ${error.message.split('\n')[0]}` };
  }
}

/** The Python that has the trackers: `{ binary }`, or `{ reason }`. */
export function pythonTrackers({ install = false } = {}) {
  const { binary, reason } = pythonWith(TRACKERS, { install });
  return reason === undefined ? { binary } : { reason: install ? reason : `${reason} (node bench/peers/setup.js)` };
}
