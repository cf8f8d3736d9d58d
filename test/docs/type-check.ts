import { join } from 'node:path';
import ts from 'typescript';

/** The compiler's complaints about JavaScript files that import the package or take its exports for globals, as `file:line text`. */
export function complaints(root: string, files: readonly string[], globals: string): string[] {
  const program = ts.createProgram([...files, globals], {
    allowJs: true,
    checkJs: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    // Readers see JavaScript: what may be null is for the text around it to say.
    strict: false,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths: {
      'crucible-telemetry': [join(root, 'src/index.ts')],
      'crucible-telemetry/*': [join(root, 'src/*/index.ts')],
    },
  });
  return [...files, globals].flatMap((file) => {
    const source = program.getSourceFile(file);
    if (!source) return [`${file}: not found`];
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((found) => {
      const { line } = source.getLineAndCharacterOfPosition(found.start ?? 0);
      return `${file}:${line + 1} ${ts.flattenDiagnosticMessageText(found.messageText, ' ')}`;
    });
  });
}

/** Declares the exports of the package, a lab and an experiment as globals, as preamble.js makes them. */
export function globalsText(names: readonly string[]): string {
  const lines = names.map((name) => `  const ${name}: typeof import('crucible-telemetry').${name};`);
  return [
    "import type { Experiment, Lab } from 'crucible-telemetry';",
    'declare global {',
    ...lines,
    '  const lab: Lab;',
    '  const experiment: Experiment;',
    '}',
    '',
  ].join('\n');
}
