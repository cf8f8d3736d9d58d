import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The binary of a major version of Node: the running one, or the npm package `node`, installed outside the project once. Gives
 * `{ binary }` or, when there is none to have, `{ reason }`.
 */
export function nodeBinary(major) {
  if (process.versions.node.startsWith(`${major}.`)) return { binary: process.execPath };
  const folder = join(tmpdir(), `crucible-bench-node-${major}`);
  const binary = join(folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(binary)) return { binary };
  const install = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `node@${major}`,
  ];
  const { error, status, stderr } = spawnSync('npm', install, {
    timeout: 120_000,
    shell: process.platform === 'win32',
  });
  if (existsSync(binary)) return { binary };
  const reason = error?.message ?? String(stderr).trim().split('\n')[0];
  return { reason: `node@${major} could not be installed: ${reason || `npm ended with ${status}`}` };
}
