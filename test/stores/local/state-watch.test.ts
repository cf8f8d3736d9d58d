import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ExperimentFiles } from '../../../src/stores/local/experiment-files.ts';
import { StateWatch } from '../../../src/stores/local/state-watch.ts';
import { count, folders, openLab, until } from './labs.ts';

const folder = folders();

/** An experiment that is watched, and the pause counts that are heard of. */
async function watched() {
  const dir = folder();
  const lab = openLab(dir);
  await lab.startExperiment({ name: 'e', id: 'e' });
  await lab.close();
  const files = new ExperimentFiles(dir);
  const watch = new StateWatch(files);
  const heard: (number | undefined)[] = [];
  watch.add('e', (state) => heard.push(state?.pause_count));
  return { dir, files, watch, heard };
}

describe('a change by another process', () => {
  for (const delay of [0, 50, 200, 380]) {
    it(`${delay} ms after a join is heard`, async () => {
      const dir = folder();
      await using a = openLab(dir);
      await using b = openLab(dir);
      const mine = await a.startExperiment({ name: 'e', id: 'e' });
      const theirs = await b.joinExperiment('e');
      await setTimeout(delay);
      await mine.pause();
      await until(() => theirs.isPaused);
      count(theirs, 0, 1);
      expect(theirs.ledger()).toMatchObject({ stored: 0, dropped: { paused: 1 } });
      await mine.stop();
      await until(() => !theirs.isOpen);
      expect(theirs.status).toBe('stopped');
    });
  }

  it('right after an experiment was opened for reading is heard', async () => {
    const dir = folder();
    await using a = openLab(dir);
    await using b = openLab(dir);
    const mine = await a.startExperiment({ name: 'e', id: 'e' });
    const [reader] = await Promise.all([b.getExperiment('e'), mine.pause()]);
    await until(() => reader.isPaused);
    await mine.delete();
    await until(() =>
      b.getExperiment('e').then(
        () => false,
        () => true,
      ),
    );
  });

  it('that is read while this one changes it does not arrive after what came later', async () => {
    const { dir, files, watch, heard } = await watched();
    // A look that has read the change of another and is held up before it can tell.
    const { load } = files;
    let goOn = () => {};
    let isRead = false;
    files.load = async (id) => {
      const state = await load.call(files, id);
      isRead = true;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return state;
    };
    const other = new ExperimentFiles(dir);
    await other.update('e', (state) => ({ ...state, pause_count: 1 }));
    await until(() => isRead);
    files.load = load;
    const { state, version } = await files.update('e', (now) => ({ ...now, pause_count: 2 }));
    watch.tell('e', state, version);
    goOn();
    await setTimeout(900);
    watch.close();
    expect(heard).toEqual([2]);
  });

  it('that comes between our own and the news of it is heard too', async () => {
    const { dir, files, watch, heard } = await watched();
    const { state, version } = await files.update('e', (now) => ({ ...now, pause_count: 1 }));
    await new ExperimentFiles(dir).update('e', (now) => ({ ...now, pause_count: 2 }));
    watch.tell('e', state, version);
    await until(() => heard.includes(2));
    watch.close();
    expect(heard).toEqual([1, 2]);
  });
});
