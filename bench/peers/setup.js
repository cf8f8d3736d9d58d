// node bench/peers/setup.js: installs the peers of the row local-store that are no dependencies of the project, outside of it:
// better-sqlite3, and Python's trackers. What cannot be installed is skipped there, with the reason that this prints.
import { pythonTrackers, sqlite } from './installed.js';

for (const [name, { reason }] of [
  ['better-sqlite3', sqlite({ install: true })],
  ['Trackio, W&B, TensorBoard', pythonTrackers({ install: true })],
]) {
  console.log(`${name}: ${reason ?? 'ready'}`);
}
