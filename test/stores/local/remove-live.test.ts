import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { removeLive } from '../../../src/stores/local/remove-live.ts';
import { folders } from './labs.ts';

const folder = folders();

function segment(): { live: string; sealed: string; size: number } {
  const dir = folder();
  const [live, sealed] = [join(dir, 'w1-00000000.jsonl'), join(dir, 'w1-00000000.parquet')];
  writeFileSync(live, 'first\n');
  writeFileSync(sealed, 'what was made of it');
  return { live, sealed, size: statSync(live).size };
}

it('removes a live segment that is as it was when it was sealed', async () => {
  const { live, sealed, size } = segment();
  await removeLive(live, sealed, size);
  expect([existsSync(live), existsSync(sealed)]).toEqual([false, true]);
  await removeLive(live, sealed, size);
  expect(existsSync(sealed)).toBe(true);
});

it('keeps one that has grown since, and not what was made of it', async () => {
  const { live, sealed, size } = segment();
  appendFileSync(live, 'second\n');
  await expect(removeLive(live, sealed, size)).rejects.toMatchObject({ code: 'experiment_open' });
  expect(readFileSync(live, 'utf8')).toBe('first\nsecond\n');
  expect(existsSync(sealed)).toBe(false);
});

it('brings one back whose writer was just about to write', async () => {
  const { live, sealed, size } = segment();
  const writer = openSync(live, 'a');
  const removal = removeLive(live, sealed, size);
  while (existsSync(live)) await nextTurn();
  writeSync(writer, 'second\n');
  closeSync(writer);
  await expect(removal).rejects.toMatchObject({ code: 'experiment_open' });
  expect(readFileSync(live, 'utf8')).toBe('first\nsecond\n');
  expect(existsSync(sealed)).toBe(false);
});
