import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const TIMEOUT_MS = 60_000;

/**
 * The package as an installed one, for child processes of plain Node: compiled from src/, whatever state dist/ is in, in a folder
 * where programs may write.
 */
export class Sandbox {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'crucible-sandbox-'));

  /** @param parts Folders of src/ to compile. Default: all of it. */
  constructor(root: string, parts: readonly string[] = ['']) {
    copyFileSync(join(root, 'package.json'), join(this.folder, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'), 'dir');
    for (const file of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('.ts') && parts.some((part) => file.startsWith(part)))
        compile(join(root, 'src', file), join(this.folder, 'dist', file.replace(/\.ts$/, '.js')));
    }
  }

  /** The address of a module by its path below src/. */
  url(path: string): string {
    return pathToFileURL(join(this.folder, 'dist', path.replace(/\.ts$/, '.js'))).href;
  }

  /** Writes a file, with the folders above it. Returns its path. */
  write(path: string, text: string): string {
    const target = join(this.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    return target;
  }

  /** Runs Node in the folder of the program, so that what it writes lands beside it. Rejects with its output when it fails. */
  run(program: string, options: readonly string[] = [], input = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const args = ['--no-warnings', ...options, program];
      const child = execFile(
        process.execPath,
        args,
        { cwd: dirname(program), timeout: TIMEOUT_MS },
        (error, stdout, stderr) => {
          if (error) reject(new Error(`${stderr}${stdout}` || error.message));
          else resolve(stdout);
        },
      );
      child.stdin?.end(input);
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function compile(source: string, target: string): void {
  const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), {
    fileName: source,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, outputText);
}
