import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '..', 'src');
const ROOT = join(SRC, '..');
const MAX_LINES = 400;
const ENTRIES = new Set(['index.ts', 'stats/index.ts', 'testing/index.ts']);

interface Import {
  readonly target: string;
  readonly dynamic: boolean;
  readonly typeOnly: boolean;
}

interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly starExports: number;
}

const levels = readLevels();
const files = listFiles(SRC).map(readSource);
const byPath = new Map(files.map((file) => [file.path, file]));

describe('the import law', () => {
  it('gives every source file a folder with a caption', () => {
    const homeless = files.filter((file) => !ENTRIES.has(file.path) && folderOf(file.path) === undefined);
    expect(homeless.map((file) => file.path)).toEqual([]);
  });

  it('lets a file import only its own folder and folders of a strictly lower level', () => {
    const broken: string[] = [];
    for (const file of files) {
      if (ENTRIES.has(file.path)) continue;
      const own = folderOf(file.path)!;
      for (const { target, dynamic } of file.imports) {
        if (!target.startsWith('.')) continue;
        const path = resolve(file.path, target);
        if (ENTRIES.has(path)) {
          broken.push(`${file.path} imports the entry ${path}`);
          continue;
        }
        const other = folderOf(path);
        if (other === own || (dynamic && own === 'lab')) continue;
        if (other === undefined || levels.get(other)! >= levels.get(own)!) {
          broken.push(`${file.path} (level ${levels.get(own)}) imports ${path} (level ${other && levels.get(other)})`);
        }
      }
    }
    expect(broken).toEqual([]);
  });

  it('has no cycle of imports', () => {
    const cycles: string[] = [];
    const state = new Map<string, 'open' | 'done'>();
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'done') return;
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      state.set(path, 'open');
      for (const { target, typeOnly } of byPath.get(path)?.imports ?? []) {
        if (target.startsWith('.') && !typeOnly) visit(resolve(path, target), [...trail, path]);
      }
      state.set(path, 'done');
    };
    for (const file of files) visit(file.path, []);
    expect(cycles).toEqual([]);
  });

  it('keeps node: modules out of stats and events', () => {
    const found = files
      .filter((file) => /^(stats|events)\//.test(file.path))
      .flatMap((file) =>
        file.imports.filter(({ target }) => target.startsWith('node:')).map(({ target }) => `${file.path}: ${target}`),
      );
    expect(found).toEqual([]);
  });

  it('does not load a heavy dependency with an entry', () => {
    const heavy = /^(@duckdb\/node-api|apache-arrow|@pydantic\/genai-prices)$/;
    const loaded = new Set<string>();
    const eager: string[] = [];
    const load = (path: string): void => {
      if (loaded.has(path)) return;
      loaded.add(path);
      for (const { target, dynamic, typeOnly } of byPath.get(path)?.imports ?? []) {
        if (dynamic || typeOnly) continue;
        if (heavy.test(target)) eager.push(`${path}: ${target}`);
        else if (target.startsWith('.')) load(resolve(path, target));
      }
    };
    for (const entry of ENTRIES) load(entry);
    expect(eager).toEqual([]);
    expect(loaded.size).toBeGreaterThan(50);
  });

  it('exports by explicit lists only', () => {
    expect(files.filter((file) => file.starExports > 0).map((file) => file.path)).toEqual([]);
  });
});

describe('the shape of the source', () => {
  it(`has no file over ${MAX_LINES} lines`, () => {
    expect(files.filter((file) => file.lines > MAX_LINES).map((file) => `${file.path}: ${file.lines}`)).toEqual([]);
  });

  it('names files in kebab-case', () => {
    expect(files.map((file) => file.path).filter((path) => !/^[a-z0-9/-]+\.ts$/.test(path))).toEqual([]);
  });

  it('captions every folder in ARCHITECTURE.md, and no folder that does not exist', () => {
    const missing = [...levels.keys()].filter((folder) => !existsSync(join(SRC, folder)));
    expect(missing).toEqual([]);
    const folders = readdirSync(SRC).filter((name) => statSync(join(SRC, name)).isDirectory());
    expect(folders.filter((folder) => !levels.has(folder))).toEqual([]);
  });

  it('names only paths that exist in ARCHITECTURE.md', () => {
    const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
    const named = [...text.matchAll(/`((?:src|test|docs|bench|examples|[a-z-]+\/[a-z/-]*)[\w./-]*)`/g)].map(
      (match) => match[1]!,
    );
    const lost = named.filter((path) => !existsSync(join(ROOT, path)) && !existsSync(join(SRC, path)));
    expect(lost).toEqual([]);
  });
});

describe('the exports map', () => {
  it('points at files that the build makes from a source', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, string | { types: string; default: string }>;
    };
    for (const [subpath, target] of Object.entries(manifest.exports)) {
      const paths = typeof target === 'string' ? [target] : [target.types, target.default];
      for (const path of paths) {
        const source = path.replace('./dist/', './src/').replace(/\.d\.ts$|\.js$/, '.ts');
        expect(existsSync(join(ROOT, source)), `${subpath} → ${path}`).toBe(true);
      }
    }
  });
});

function readLevels(): Map<string, number> {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  return new Map([...text.matchAll(/^\| `([a-z/-]+)` \| (\d) \|/gm)].map((match) => [match[1]!, Number(match[2])]));
}

// The deepest captioned folder: drivers have levels of their own inside the folder of their port.
function folderOf(path: string): string | undefined {
  let folder = dirname(path);
  while (folder !== '.') {
    if (levels.has(folder)) return folder;
    folder = dirname(folder);
  }
  return undefined;
}

function resolve(from: string, target: string): string {
  return join(dirname(from), target);
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(SRC, join(entry.parentPath, entry.name)));
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  let starExports = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      imports.push({ target: node.moduleSpecifier.text, dynamic: false, typeOnly: isTypeOnly(node.importClause) });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      if (!node.exportClause) starExports++;
      imports.push({ target: node.moduleSpecifier.text, dynamic: false, typeOnly: node.isTypeOnly });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments;
      if (target && ts.isStringLiteral(target)) imports.push({ target: target.text, dynamic: true, typeOnly: false });
    } else if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    ) {
      imports.push({ target: node.argument.literal.text, dynamic: false, typeOnly: true });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { path, lines: text.split('\n').length - 1, imports, starExports };
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return (
    !clause.name &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.every((element) => element.isTypeOnly)
  );
}
