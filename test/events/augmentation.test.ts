import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { standardEvents } from '../../src/events/registry.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const ENTRY = here('./virtual/entry.ts');
const USER = here('./virtual/user.ts');

// The lines by which the main entry hands the registry on.
const ENTRY_TEXT = `
import type { MeasurementsOf, MetadataOf } from '../../../src/events/types.ts';
export type { EventMap, EventShape, StandardEventMap } from '../../../src/events/types.ts';
export { defineEvent } from '../../../src/events/registry.ts';
export declare function execute<N extends string>(name: N, measurements: MeasurementsOf<N>, metadata?: MetadataOf<N>): void;
`;

/** Compiles a user's program against the entry. */
function compile(user: string): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    paths: { 'crucible-telemetry': [ENTRY] },
  };
  const texts = new Map([
    [ENTRY, ENTRY_TEXT],
    [USER, user],
  ]);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.getSourceFile = (path, languageVersion) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, languageVersion);
  };
  return ts.createProgram([USER], options, host);
}

/** The wrong lines of a user's program, as they are written. */
function wrongLines(user: string): string[] {
  const lines = user.split('\n');
  return ts.getPreEmitDiagnostics(compile(user)).map(({ file, start, messageText }) => {
    if (file?.fileName !== USER) return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    return lines[file.getLineAndCharacterOfPosition(start!).line]!.trim();
  });
}

describe('the event map, from outside the package', () => {
  it('takes events that a user adds through the main entry, and metrics added to a standard event', () => {
    const wrong = wrongLines(`
      import { defineEvent, type EventShape, execute, type StandardEventMap } from 'crucible-telemetry';
      const rerank = defineEvent('my_app.rerank.stop', {
        category: 'retrieval',
        description: 'A list was put in order.',
        fields: { measurements: { duration: { type: 'duration', description: 'How long it took.' } } },
      });
      declare module 'crucible-telemetry' {
        interface EventMap {
          'my_app.retrieval.stop': { measurements: { documents?: number }; metadata: { index?: string } };
          'my_app.rerank.stop': EventShape<typeof rerank>;
          'crucible_train.epoch.stop': {
            measurements: StandardEventMap['crucible_train.epoch.stop']['measurements'] & { f1?: number };
            metadata: StandardEventMap['crucible_train.epoch.stop']['metadata'];
          };
        }
      }
      execute('my_app.retrieval.stop', { documents: 3 }, { index: 'wiki', tenant: 'a' });
      execute('my_app.rerank.stop', { duration: 3n });
      execute('crucible_train.epoch.stop', { loss: 0.3, f1: 0.8 });
      execute('my_app.other', { anything: 1 });
      execute('my_app.retrieval.stop', { document: 3 });
      execute('my_app.retrieval.stop', {}, { index: 3 });
      execute('my_app.rerank.stop', { duraton: 3n });
      execute('crucible_train.epoch.stop', { f2: 0.8 });
    `);
    expect(wrong).toEqual([
      `execute('my_app.retrieval.stop', { document: 3 });`,
      `execute('my_app.retrieval.stop', {}, { index: 3 });`,
      `execute('my_app.rerank.stop', { duraton: 3n });`,
      `execute('crucible_train.epoch.stop', { f2: 0.8 });`,
    ]);
  });

  it('refuses to change the type of a standard field', () => {
    const wrong = wrongLines(`
      import 'crucible-telemetry';
      declare module 'crucible-telemetry' {
        interface EventMap {
          'altar.tool.stop': { measurements: { duration?: string }; metadata: {} };
        }
      }
    `);
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toMatch(/incorrectly extends interface 'StandardEventMap'/);
  });

  it('costs the compiler little: one call of every standard event stays under 10,000 instantiations', () => {
    const calls = standardEvents().map((name) => `execute('${name}', {}, { sample_id: 'a', tenant: 'b' });`);
    const program = compile(`import { execute } from 'crucible-telemetry';\n${calls.join('\n')}`);
    expect(ts.getPreEmitDiagnostics(program)).toEqual([]);
    expect(program.getInstantiationCount()).toBeGreaterThan(standardEvents().length);
    expect(program.getInstantiationCount()).toBeLessThan(10_000);
  });
});
