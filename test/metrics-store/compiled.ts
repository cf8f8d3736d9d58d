import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const FOLDERS = [
  'core',
  'record',
  'metrics-store',
  'metrics-store/adapters',
  'metrics-store/adapters/jsonl',
  'metrics-store/adapters/memory',
  'testing',
];

/**
 * Compiles the metrics store and its conformance suite into a folder of its own, so that a child process of plain Node can import it whatever
 * state dist/ is in. `url` gives the
 * address of a module by its path below src/.
 */
export function compileSources(): { dir: string; url(path: string): string } {
  const dir = mkdtempSync(join(tmpdir(), 'crucible-compiled-'));
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  for (const folder of FOLDERS) {
    mkdirSync(join(dir, folder), { recursive: true });
    for (const file of readdirSync(join('src', folder)).filter((name) => name.endsWith('.ts'))) {
      const source = readFileSync(join('src', folder, file), 'utf8');
      const { outputText } = ts.transpileModule(source, {
        fileName: file,
        compilerOptions: {
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2023,
          verbatimModuleSyntax: true,
          rewriteRelativeImportExtensions: true,
        },
      });
      writeFileSync(join(dir, folder, file.replace(/\.ts$/, '.js')), outputText);
    }
  }
  return { dir, url: (path) => pathToFileURL(join(dir, path.replace(/\.ts$/, '.js'))).href };
}
