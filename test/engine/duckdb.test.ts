import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openEngine, sqlName, sqlText } from '../../src/engine/duckdb.ts';
import { scratchFolder } from '../export/recordings.ts';
import { runWith } from './child.ts';

const folder = scratchFolder();

test('it is in memory, in UTC, with the limits it was given and without extensions from elsewhere', async () => {
  const engine = await openEngine({ tempFolder: folder.file('temp'), threads: 2, memoryLimit: '100MiB' });
  const names = [
    'TimeZone',
    'autoinstall_known_extensions',
    'autoload_known_extensions',
    'memory_limit',
    'temp_directory',
    'threads',
  ];
  const reader = await engine.connection.runAndReadAll(
    `SELECT name, value FROM duckdb_settings() WHERE name IN (${names.map(sqlText).join()}) ORDER BY lower(name)`,
  );
  expect(Object.fromEntries(reader.getRows() as [string, string][])).toEqual({
    TimeZone: 'UTC',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    memory_limit: '100.0 MiB',
    temp_directory: folder.file('temp'),
    threads: '2',
  });
  engine.close();
  engine.close();
});

test('any text and any name survive being written into a statement', async () => {
  const engine = await openEngine({ tempFolder: folder.file('temp') });
  const odd = `it's "odd" \\ ; -- \n ключ 🙂`;
  const reader = await engine.connection.runAndReadAll(`SELECT ${sqlText(odd)} AS ${sqlName(odd)}`);
  expect([reader.columnNames(), reader.getRows()]).toEqual([[odd], [[odd]]]);
  engine.close();
});

test('a process ends by itself when its engine is closed', async () => {
  const { status, stderr } = await runWith(
    'engine/duckdb.ts',
    `const engine = await openEngine({ tempFolder: 'never-made' });
    await engine.run('SELECT 1');
    engine.close();`,
  );
  expect([status, stderr]).toEqual([0, '']);
});

test('a process that exits does not wait for the query that is running', async () => {
  const { status, signal, stderr } = await runWith(
    'engine/duckdb.ts',
    `const engine = await openEngine({ tempFolder: 'never-made' });
    engine.run('SELECT count(*) FROM range(1000000) a, range(1000000) b').catch(() => {});
    setTimeout(() => process.exit(7), 300);`,
  );
  expect([status, signal, stderr]).toEqual([7, null, '']);
  expect(existsSync('never-made')).toBe(false);
});
