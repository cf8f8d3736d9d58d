import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A Python with these packages (`name==version`), in a virtual environment in the temporary folder that later runs use again.
 * Gives `{ binary }` or, when it cannot be had, `{ reason }`. Without `install` it is only looked for.
 */
export function pythonWith(packages, { install = true } = {}) {
  const folder = join(tmpdir(), `crucible-interop-${packages.join('-').replaceAll('=', '')}`);
  const binary = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const modules = packages.map((each) => each.split('==')[0]).join(', ');
  const isThere = () => existsSync(binary) && spawnSync(binary, ['-c', `import ${modules}`]).status === 0;
  if (isThere()) return { binary };
  if (!install) return { reason: `there is no Python with ${modules}` };
  try {
    mkdirSync(folder, { recursive: true });
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe' });
    execFileSync(binary, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'pipe' });
  } catch (error) {
    return { reason: `no Python with ${packages.join(', ')}: ${String(error.message).split('\n')[0]}` };
  }
  return isThere() ? { binary } : { reason: `${modules}: they do not load` };
}
