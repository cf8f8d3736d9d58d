import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const FOLDERS = ['core', 'record', 'metrics-store', 'metrics-store/adapters/jsonl'];

/**
 * Compiles what the JSONL adapter needs into a folder of its own, so that a child process of plain Node can import it whatever
 * state dist/ is in. Returns the folder and the URL of the adapter's module.
 */
export function compileJsonlAdapter(): { dir: string; moduleUrl: string } {
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
  return { dir, moduleUrl: pathToFileURL(join(dir, 'metrics-store/adapters/jsonl/jsonl-metrics.js')).href };
}
