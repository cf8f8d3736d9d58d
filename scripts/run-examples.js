// Runs every example as a user would and fails when one does: what the documentation shows has to work.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const TIMEOUT_MS = 120_000;
const examples = readdirSync('examples', { withFileTypes: true })
  .map((entry) => (entry.isDirectory() ? join('examples', entry.name, 'main.js') : join('examples', entry.name)))
  .filter((path) => path.endsWith('.js') && existsSync(path))
  .sort();

let failed = 0;
for (const path of examples) {
  const started = performance.now();
  const result = spawnSync(process.execPath, [path], { encoding: 'utf8', timeout: TIMEOUT_MS });
  const ok = result.status === 0 && result.stdout.trim() !== '';
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${path} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (ok) continue;
  failed++;
  process.stdout.write(`${result.stdout}${result.stderr}${result.error ?? ''}\n`);
}
console.log(`${examples.length - failed} of ${examples.length} examples ran.`);
process.exitCode = failed === 0 && examples.length > 0 ? 0 : 1;
