import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as api from '../../src/index.ts';
import { Sandbox } from '../sandbox.ts';
import { blocks, documentedPages, programs, promisedOutput, type Snippet } from './pages.ts';
import { complaints, globalsText } from './type-check.ts';

const ROOT = join(import.meta.dirname, '../..');
const PREAMBLE = readFileSync(join(import.meta.dirname, 'preamble.js'), 'utf8');
const QUERY = `
  import { readFileSync } from 'node:fs';
  import { DuckDBInstance } from '@duckdb/node-api';
  const connection = await (await DuckDBInstance.create()).connect();
  const statements = await connection.extractStatements(readFileSync(0, 'utf8'));
  for (let i = 0; i < statements.count; i++) {
    const rows = await (await statements.prepare(i)).runAndReadAll();
    console.log(rows.currentRowCount);
  }
`;

const sandbox = new Sandbox(ROOT);
afterAll(() => sandbox.remove());

const preamble = sandbox.write('preamble.js', PREAMBLE);
// A file that is named after its page and its lines lets a stack trace point to the page.
const shown = programs(ROOT).map((program) => ({ ...program, path: sandbox.write(fileOf(program), program.code) }));

describe('what the pages show', () => {
  it('is all found, however it is fenced', () => {
    for (const page of documentedPages(ROOT)) {
      const fences =
        readFileSync(join(ROOT, page), 'utf8').match(/^\s*(?:```+|~~~+)\s*(?:js|javascript|mjs)\b/gm) ?? [];
      expect(blocks(ROOT, page, 'js'), page).toHaveLength(fences.length);
    }
    expect(shown.map(({ page }) => page)).toContain('README.md');
    expect(shown.map(({ page }) => page)).toContain('docs/guide/research-workflow.md');
  });

  it('names only what exists, down to the fields of results', () => {
    const names = Object.keys(api);
    const globals = sandbox.write('globals.ts', globalsText(names));
    const found = complaints(
      ROOT,
      shown.map(({ path }) => path),
      globals,
    );
    expect(found.map((text) => text.replace(`${sandbox.folder}/`, ''))).toEqual([]);
  });

  it('runs again on what the first run left on disk', async () => {
    const kept = shown.filter(({ page, code }) => page === 'README.md' && code.includes('localStore('));
    expect(kept.length).toBeGreaterThan(0);
    for (const { path } of kept) {
      await sandbox.run(path, ['--import', preamble]);
      await sandbox.run(path, ['--import', preamble]);
    }
  });

  for (const { page, line, path } of shown) {
    it(`runs as it stands, and its SQL finds rows: ${page}, line ${line}`, async () => {
      const output = await sandbox.run(path, ['--import', preamble]);
      const promised = promisedOutput(ROOT, page);
      if (promised !== undefined) expect(output.trim()).toBe(promised);
      if (page === 'README.md') return;
      const query = sandbox.write(join(relative(sandbox.folder, dirname(path)), 'query.mjs'), QUERY);
      for (const { code } of blocks(ROOT, page, 'sql')) {
        const counts = (await sandbox.run(query, [], code.trim())).trim().split('\n').map(Number);
        expect(Math.min(...counts), code.trim()).toBeGreaterThan(0);
      }
    });
  }
});

function fileOf({ page, line }: Snippet): string {
  return join('programs', `${page.replace(/\W/g, '-')}-${line}`, `${page.replaceAll('/', '-')}.js`);
}
