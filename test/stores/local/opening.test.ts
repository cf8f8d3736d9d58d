import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBus } from '../../../src/bus/bus.ts';
import { sumLedgers } from '../../../src/experiment/ledger.ts';
import { createCrucible } from '../../../src/lab/lab.ts';
import { BatchSchema } from '../../../src/record/schema.ts';
import { localStore } from '../../../src/stores/local/local-store.ts';
import { LocalWriter } from '../../../src/stores/local/local-writer.ts';
import { Recording } from '../../../src/stores/local/recording.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import type { Store } from '../../../src/stores/store.ts';
import { count, folders, numbersOf, openLab, upTo } from './labs.ts';

const folder = folders();

describe('of labs that resume one experiment at the same moment', () => {
  const one = memoryStore();
  const dir = folder();
  for (const [kind, storeOf] of [
    ['memory', () => one],
    ['local', () => localStore({ dir })],
  ] as const satisfies readonly (readonly [string, () => Store])[]) {
    for (const paused of [false, true]) {
      it(`one does, and the others open nothing (${kind}, ${paused ? 'paused' : 'idle'})`, async () => {
        const open = () => createCrucible({ store: storeOf(), bus: createBus() });
        const id = `resumed-${paused}`;
        const first = open();
        const experiment = await first.startExperiment({ name: 'e', id });
        if (paused) await experiment.pause();
        await first.close();
        const labs = [open(), open(), open()];
        const outcomes = await Promise.allSettled(labs.map((lab) => lab.resumeExperiment(id)));
        const resumed = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);
        const refused = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason);
        expect(refused).toMatchObject([{ code: 'not_paused' }, { code: 'not_paused' }]);
        expect(resumed).toHaveLength(1);
        count(resumed[0]!, 0, 10);
        expect(await numbersOf(resumed[0]!)).toEqual(upTo(10));
        const writers = await storeOf().writers(id);
        expect(writers.filter(({ status }) => status === 'open')).toHaveLength(1);
        for (const lab of labs) await lab.close();
      });
    }
  }
});

describe('a folder that was there before', () => {
  it('gets no .gitignore, whatever is in it; one that the store makes does', async () => {
    const project = folder();
    for (const dir of [project, join(project, 'made', 'here')]) {
      await using lab = openLab(dir);
      await (await lab.startExperiment({ name: 'e' })).stop();
    }
    expect(existsSync(join(project, '.gitignore'))).toBe(false);
    expect(existsSync(join(project, 'made', 'here', '.gitignore'))).toBe(true);
  });

  it('and is a file is refused by its path', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, 'dear');
    for (const dir of [file, join(file, 'below')]) {
      await using lab = openLab(dir);
      await expect(lab.startExperiment({ name: 'e', id: 'e' })).rejects.toMatchObject({
        code: 'path_unwritable',
        message: expect.stringContaining(dir),
      });
    }
    const dir = folder();
    writeFileSync(join(dir, 'experiments'), 'dear');
    await using lab = openLab(dir);
    await expect(lab.startExperiment({ name: 'e', id: 'e' })).rejects.toMatchObject({ code: 'path_unwritable' });
  });
});

it('an id that is taken is refused with both ways to go on', async () => {
  await using lab = openLab(folder());
  await lab.startExperiment({ name: 'e', id: 'e' });
  const refusal = await lab.startExperiment({ name: 'e', id: 'e' }).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: 'experiment_exists',
    hint: expect.stringMatching(/joinExperiment .* resumeExperiment /),
  });
  // How the file system says it tells nobody more.
  expect(refusal).not.toHaveProperty('cause');
});

it('a writer that cannot be opened leaves no note of an open one', async () => {
  const dir = folder();
  mkdirSync(join(dir, 'writers'));
  writeFileSync(join(dir, 'experiment.json'), '{}');
  const recording = new Recording({
    durability: 'immediate',
    overflow: 'wait',
    flushIntervalMs: 5,
    limits: { bytes: 1e6, ageMs: 1e6, sync: false },
  });
  recording.open = () => {
    throw new Error('no room');
  };
  const options = {
    schema: new BatchSchema({ id: 'e' }, 'w1'),
    ledger: () => sumLedgers([]),
    closed: async () => {},
  };
  await expect(LocalWriter.open(options, recording, dir, 0)).rejects.toThrow('no room');
  expect(readdirSync(join(dir, 'writers'))).toEqual([]);
  await recording.end();
});
