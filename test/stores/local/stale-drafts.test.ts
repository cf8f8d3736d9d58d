import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folders, openLab } from './labs.ts';

const folder = folders();

test('what a killed start or deletion left is removed by the next start, once it is old', async () => {
  const dir = folder();
  await using lab = openLab(dir);
  await lab.startExperiment({ name: 'a', id: 'before' });
  const experiments = join(dir, 'experiments');
  const longAgo = Date.now() / 1000 - 7200;
  for (const name of ['.old.12345678.removed', '.old.12345678.tmp', '.new.12345678.removed', '.new.12345678.tmp']) {
    mkdirSync(join(experiments, name, 'events'), { recursive: true });
    writeFileSync(join(experiments, name, 'events', 'left.jsonl'), '{}\n');
    if (name.startsWith('.old')) utimesSync(join(experiments, name), longAgo, longAgo);
  }
  utimesSync(join(experiments, 'before'), longAgo, longAgo);
  await lab.startExperiment({ name: 'b', id: 'after' });
  expect(readdirSync(experiments).sort()).toEqual(['.new.12345678.removed', '.new.12345678.tmp', 'after', 'before']);
});
