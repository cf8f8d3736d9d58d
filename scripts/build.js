// Builds dist/: JavaScript bundled by entry, because loading a hundred small modules takes three times as long as loading a few
// larger ones, and declarations by the compiler. What is imported dynamically stays in chunks of its own. The folder is
// emptied first, so that a deleted module cannot live on in a package.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

const loaded = new Map();

rmSync('dist', { recursive: true, force: true, maxRetries: 10 });

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
  codeSplitting: {
    groups: [
      { ...chunk('base', 'src/cli/main.ts'), priority: 4 },
      { ...chunk('core', 'src/stores/local/drain-worker.ts', 'src/stores/local/sealer.ts'), priority: 3 },
      { ...chunk('numbers', 'src/stats/index.ts'), priority: 2 },
      { ...chunk('main'), priority: 1 },
    ],
  },
});
await bundle.close();

execFileSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--emitDeclarationOnly'],
  { stdio: 'inherit' },
);

// Left to itself the bundler puts each set of modules that are used together into a chunk: some thirty for the main entry, and
// loading those took twice as long. What is also used without the main entry stays apart, so that little else is loaded with it.
function chunk(name, ...others) {
  const isPart = (id, graph) =>
    loadedBy('src/index.ts', graph).has(id) &&
    (others.length === 0 || others.some((entry) => loadedBy(entry, graph).has(id)));
  return { debugName: name, name: (id, graph) => (isPart(id, graph) ? name : null) };
}

/** The modules that importing an entry loads. */
function loadedBy(entry, graph) {
  let found = loaded.get(entry);
  if (!found) {
    found = new Set([resolve(entry)]);
    // A set that grows while it is gone through is gone through to its end.
    for (const id of found) for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
    loaded.set(entry, found);
  }
  return found;
}
