import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href;

function loaded(program: string): ReadonlySet<string> {
  const told = `${program} process.stdout.write(JSON.stringify(process.moduleLoadList));`;
  return new Set(
    JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', told], { encoding: 'utf8' })),
  );
}

it('importing the main entry starts no worker, reaches for no network and loads no cryptography', () => {
  const bare = loaded('');
  const added = [...loaded(`await import(${JSON.stringify(MAIN)});`)].filter((module) => !bare.has(module));
  expect(added).toContain('NativeModule timers/promises');
  for (const costly of ['crypto', 'worker_threads', 'child_process', 'http', 'net', 'zlib', 'readline']) {
    expect(added).not.toContain(`NativeModule ${costly}`);
  }
});
