// Packs the package as it would be published, installs it into an empty project, and runs the README's quick start there,
// as JavaScript and as TypeScript, and the command line's demo. What works only inside this repository fails here.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const quickStart = /```js\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'))?.[1];
if (!quickStart) throw new Error('README.md has no ```js block to run as quick start.');

const project = mkdtempSync(join(tmpdir(), 'crucible-package-'));
try {
  const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], process.cwd());
  const listing = JSON.parse(packed);
  const [{ filename }] = Array.isArray(listing) ? listing : Object.values(listing);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
  run('npm', ['install', '--no-audit', '--no-fund', `./${filename}`]);

  writeFileSync(join(project, 'quick-start.js'), quickStart);
  const printed = run(process.execPath, ['quick-start.js']);
  process.stdout.write(printed.replace(/^/gm, '  '));
  if (printed.trim() === '') throw new Error('The quick start printed nothing.');

  const demo = run(process.execPath, [join('node_modules', '.bin', 'crucible'), 'demo']);
  if (!demo.includes('treatment against control')) throw new Error(`crucible demo printed\n${demo}`);

  mkdirSync(join(project, 'ts'));
  writeFileSync(join(project, 'ts', 'quick-start.ts'), quickStart);
  copyFileSync('test/types/package-user.ts', join(project, 'ts', 'package-user.ts'));
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'ES2022',
        module: 'NodeNext',
        strict: true,
        // The quick start is JavaScript: its parameters have no types.
        noImplicitAny: false,
        skipLibCheck: false,
        types: ['node'],
        rootDir: 'ts',
        outDir: 'ts-out',
      },
      include: ['ts'],
    }),
  );
  // The user's own compiler and Node types; the package brings neither.
  for (const name of ['typescript', '@types']) {
    rmSync(join(project, 'node_modules', name), { recursive: true, force: true, maxRetries: 10 });
    symlinkSync(join(process.cwd(), 'node_modules', name), join(project, 'node_modules', name));
  }
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);
  for (const file of ['quick-start.js', 'package-user.js']) run(process.execPath, [join('ts-out', file)]);
  console.log('The packed package runs the quick start, as JavaScript and as TypeScript.');
} finally {
  rmSync(project, { recursive: true, force: true, maxRetries: 10 });
}

function run(command, args, cwd = project) {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ''}${error.stderr ?? ''}`);
    throw new Error(`${command} ${args.join(' ')} failed`);
  }
}
