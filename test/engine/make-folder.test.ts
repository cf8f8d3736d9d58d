import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder, makeFolderSync } from '../../src/engine/make-folder.ts';
import { scratchFolder } from '../export/recordings.ts';

const folder = scratchFolder();

test('the folders that were missing are made and named, innermost first', async () => {
  const path = folder.file('a/b/c');
  expect(await makeFolder(path)).toEqual([path, folder.file('a/b'), folder.file('a')]);
  expect(await makeFolder(path)).toEqual([]);
  expect(await makeFolder(join(path, 'd'))).toEqual([join(path, 'd')]);
});

test('many may make the same folders at once', async () => {
  const path = folder.file('x/y/z');
  const made = (await Promise.all(Array.from({ length: 20 }, () => makeFolder(path)))).flat();
  expect(made.sort()).toEqual([folder.file('x'), folder.file('x/y'), path]);
});

test('made at once, they are there, and making them again does nothing', () => {
  const path = folder.file('at/once');
  makeFolderSync(path);
  makeFolderSync(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

// There the recursive forms of node:fs never come back.
test.runIf(existsSync('/proc/self'))('a place where no folder can be made is an error, not a wait', async () => {
  await expect(makeFolder('/proc/nowhere/deep')).rejects.toMatchObject({ code: 'ENOENT' });
  expect(() => makeFolderSync('/proc/nowhere/deep')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});
