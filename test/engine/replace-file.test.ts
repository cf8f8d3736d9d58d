import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type Draft, replaceFile } from '../../src/engine/replace-file.ts';
import { scratchFolder } from '../export/recordings.ts';
import { runWith } from './child.ts';

const folder = scratchFolder();

function writing(text: string) {
  return async (draft: Draft) => {
    writeFileSync(join(draft.folder, 'other'), 'needed on the way');
    writeFileSync(draft.path, text);
    return text.length;
  };
}

test('the file appears whole, under its name, with what was returned', async () => {
  const path = folder.file('a/b/file');
  let seen: string[] = [];
  const length = await replaceFile(path, async (draft) => {
    seen = folder.listing();
    return writing('whole')(draft);
  });
  expect(seen).not.toContain('a/b/file');
  expect([length, readFileSync(path, 'utf8')]).toEqual([5, 'whole']);
  expect(folder.listing()).toEqual(['a', 'a/b', 'a/b/file']);
});

test('the older file is there until the new one is complete', async () => {
  const path = folder.file('a/b/file');
  await replaceFile(path, async (draft) => {
    await writing('newer')(draft);
    expect(readFileSync(path, 'utf8')).toBe('whole');
  });
  expect(readFileSync(path, 'utf8')).toBe('newer');
});

test('what belongs beside something makes no folder for itself', async () => {
  const before = folder.listing();
  const path = folder.file('gone/file');
  await expect(replaceFile(path, writing('late'), { makeFolders: false })).rejects.toMatchObject({
    code: 'path_unwritable',
  });
  expect(folder.listing()).toEqual(before);
});

test('a failure leaves everything as it was, and goes through', async () => {
  const before = folder.listing();
  const failure = new Error('no');
  for (const path of [folder.file('a/b/file'), folder.file('x/y/z/file')]) {
    const failing = replaceFile(path, async (draft) => {
      await writing('half')(draft);
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
  }
  expect(folder.listing()).toEqual(before);
  expect(readFileSync(folder.file('a/b/file'), 'utf8')).toBe('newer');
});

test('a folder that somebody else began to use in the meantime stays', async () => {
  const failing = replaceFile(folder.file('shared/deep/file'), async (draft) => {
    writeFileSync(join(dirname(dirname(draft.folder)), 'theirs'), '');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(folder.listing().filter((name) => name.startsWith('shared'))).toEqual(['shared', 'shared/theirs']);
});

test('a draft that was never written is an unwritable path', async () => {
  await expect(replaceFile(folder.file('nothing'), async () => {})).rejects.toMatchObject({ code: 'path_unwritable' });
});

test('several at a time do not disturb each other: the last one to end has the name', async () => {
  const path = folder.file('raced');
  await Promise.all(Array.from({ length: 20 }, (_, i) => replaceFile(path, writing(String(i).repeat(1000)))));
  expect(new Set(readFileSync(path, 'utf8')).size).toBeLessThanOrEqual(2);
  expect(statSync(path).size % 1000).toBe(0);
  expect(folder.listing().filter((name) => name.includes('.tmp'))).toEqual([]);
});

test('a process that exits half-way takes its draft along', async () => {
  mkdirSync(folder.file('exiting'));
  const path = JSON.stringify(folder.file('exiting/made/file'));
  const { status, stderr } = await runWith(
    'engine/replace-file.ts',
    `await replaceFile(${path}, async (draft) => {
      (await import('node:fs')).writeFileSync(draft.path, 'half');
      process.exit(7);
    });`,
  );
  expect([status, stderr]).toEqual([7, '']);
  expect(folder.listing().filter((name) => name.startsWith('exiting'))).toEqual(['exiting', 'exiting/made']);
});
