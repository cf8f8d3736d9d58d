// node bench/peers/setup.js: installs the peers that are no dependencies of the project, outside of it: better-sqlite3 and Python's
// trackers for the row local-store, libraries of statistics for the row kernel. What cannot be installed is skipped there, with the reason that this prints.
import { pythonTrackers, sqlite, statisticsLibraries } from './installed.js';

for (const [name, { reason }] of [
  ['better-sqlite3', sqlite({ install: true })],
  ['@stdlib, jStat, simple-statistics', statisticsLibraries({ install: true })],
  ['Trackio, W&B, TensorBoard', pythonTrackers({ install: true })],
]) {
  console.log(`${name}: ${reason ?? 'ready'}`);
}
