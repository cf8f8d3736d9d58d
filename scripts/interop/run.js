// npm run test:interop: what other programs make of our files, and of our statistics. Each part sets up what it needs outside
// the project, says what it skipped, and fails where somebody disagrees.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

for (const part of ['files', 'stats']) {
  console.log(`\n${part}\n`);
  const { status } = spawnSync(
    process.execPath,
    ['--no-warnings', fileURLToPath(new URL(`${part}.js`, import.meta.url))],
    {
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exitCode = 1;
}
