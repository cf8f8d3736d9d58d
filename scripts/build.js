// Builds dist/: JavaScript bundled by entry, because loading a hundred small modules takes three times as long as loading a few
// larger ones, and declarations by the compiler. What is imported dynamically stays in chunks of its own. The folder is
// emptied first, so that a deleted module cannot live on in a package.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { rolldown } from 'rolldown';

rmSync('dist', { recursive: true, force: true });

const bundle = await rolldown({
  input: {
    index: 'src/index.ts',
    'stats/index': 'src/stats/index.ts',
    'testing/index': 'src/testing/index.ts',
    'stores/local/index': 'src/stores/local/index.ts',
    // The command `crucible`; its first line says that Node runs it.
    'cli/main': 'src/cli/main.ts',
    // Started as a thread and as a process, so they are entries too.
    'stores/local/drain-worker': 'src/stores/local/drain-worker.ts',
    'stores/local/sealer': 'src/stores/local/sealer.ts',
  },
  external: (id) => !/^[./]/.test(id),
  platform: 'node',
});
await bundle.write({
  dir: 'dist',
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
});
await bundle.close();

execFileSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--emitDeclarationOnly'],
  { stdio: 'inherit' },
);
