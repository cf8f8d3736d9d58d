import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createBus } from '../../../src/bus/bus.ts';
import { createCrucible } from '../../../src/lab/lab.ts';
import { localStore } from '../../../src/stores/local/local-store.ts';
import { SegmentFile } from '../../../src/stores/local/segment-file.ts';
import { count, eventsOf, folders, liveOf, numbersOf, openLab, until, upTo, warningsOf } from './labs.ts';

const folder = folders();

// As somebody would: again, when a segment came while the folder was being emptied.
function remove(path: string): void {
  rmSync(path, { recursive: true, maxRetries: 5 });
}

for (const durability of ['batched', 'immediate'] as const) {
  describe(`while it records (${durability})`, () => {
    it('an experiment whose folder is deleted ends, the others of its store go on', async () => {
      const dir = folder();
      const lab = openLab(dir, { durability });
      const gone = await lab.startExperiment({ name: 'gone' });
      const kept = await lab.startExperiment({ name: 'kept' });
      count(gone, 0, 100);
      count(kept, 0, 100);
      await lab.flush();
      remove(join(dir, 'experiments', gone.id));
      count(gone, 100, 200);
      count(kept, 100, 200);
      await lab.flush();
      // The news of the removal takes a moment.
      await until(() => {
        gone.execute('troubles.test.counted', { number: -1 });
        return gone.ledger().dropped.stopped > 0;
      });
      count(kept, 200, 300);
      expect(await numbersOf(kept)).toEqual(upTo(300));
      await lab.close();
      expect(readdirSync(join(dir, 'experiments'))).toEqual([kept.id]);
      await using later = openLab(dir);
      expect((await later.listExperiments()).map(({ id, status }) => ({ id, status }))).toEqual([
        { id: kept.id, status: 'idle' },
      ]);
      await expect(later.getExperiment(gone.id)).rejects.toMatchObject({ code: 'experiment_not_found' });
    });

    it('a lab may be closed at once after an experiment of its was deleted', async () => {
      const dir = folder();
      const lab = openLab(dir, { durability });
      const experiment = await lab.startExperiment({ name: 'gone' });
      count(experiment, 0, 10);
      remove(join(dir, 'experiments'));
      count(experiment, 10, 20);
      await lab.close();
      expect(existsSync(join(dir, 'experiments'))).toBe(false);
    });

    it('a store whose folder is deleted begins anew with the next experiment', async () => {
      const dir = folder();
      rmSync(dir, { recursive: true });
      await using lab = openLab(dir, { durability });
      const gone = await lab.startExperiment({ name: 'gone' });
      count(gone, 0, 100);
      await lab.flush();
      remove(dir);
      count(gone, 100, 200);
      await lab.flush();
      const next = await lab.startExperiment({ name: 'next' });
      count(next, 0, 100);
      expect(await numbersOf(next)).toEqual(upTo(100));
      expect((await lab.listExperiments()).map(({ id }) => id)).toEqual([next.id]);
      expect(readFileSync(join(dir, '.gitignore'), 'utf8')).toBe('*\n');
    });

    it('folders inside an experiment that are deleted are made again', async () => {
      const dir = folder();
      const lab = openLab(dir, { durability });
      const experiment = await lab.startExperiment({ name: 'thinned' });
      count(experiment, 0, 100);
      await lab.flush();
      remove(eventsOf(dir, experiment.id));
      remove(join(dir, 'experiments', experiment.id, 'writers'));
      count(experiment, 100, 200);
      await lab.close();
      await using later = openLab(dir);
      const found = await later.getExperiment(experiment.id);
      expect(await numbersOf(found)).toEqual(upTo(200, 100));
      expect(await found.ledgerAll()).toMatchObject({ emitted: 200, stored: 200 });
    });

    it('a segment that is removed costs what was in it', async () => {
      const dir = folder();
      await using lab = openLab(dir, { durability });
      const experiment = await lab.startExperiment({ name: 'removed' });
      count(experiment, 0, 100);
      await lab.flush();
      rmSync(liveOf(dir, experiment.id)[0]!);
      count(experiment, 100, 200);
      expect(await numbersOf(experiment)).toEqual(upTo(200, 100));
    });

    it('a segment that is moved away stays as it was, and comes back whole', async () => {
      const dir = folder();
      await using lab = openLab(dir, { durability });
      const experiment = await lab.startExperiment({ name: 'moved' });
      count(experiment, 0, 100);
      await lab.flush();
      const [segment] = liveOf(dir, experiment.id);
      renameSync(segment!, `${segment}.aside`);
      count(experiment, 100, 200);
      expect(await numbersOf(experiment)).toEqual(upTo(200, 100));
      renameSync(`${segment}.aside`, segment!);
      expect(await numbersOf(experiment)).toEqual(upTo(200));
    });

    it('a segment that is replaced by a copy, as editors do, takes nothing more, and no record is lost or doubled', async () => {
      const dir = folder();
      await using lab = openLab(dir, { durability });
      const experiment = await lab.startExperiment({ name: 'replaced' });
      count(experiment, 0, 100);
      await lab.flush();
      const [segment] = liveOf(dir, experiment.id);
      writeFileSync(`${segment}.copy`, readFileSync(segment!));
      renameSync(`${segment}.copy`, segment!);
      count(experiment, 100, 200);
      expect(await numbersOf(experiment)).toEqual(upTo(200));
      expect(liveOf(dir, experiment.id)).toHaveLength(2);
    });

    for (const [what, garbage] of [
      ['a line', 'no record\n'],
      ['half a line', '{"event_id":"w1-0","event_na'],
      ['zeros, as a power cut leaves them', Buffer.alloc(5000)],
      ['no text', Buffer.from([0xff, 0xfe, 0x0a, 0xc3])],
    ] as const) {
      it(`${what}, appended by somebody else, costs no record`, async () => {
        const dir = folder();
        const lab = openLab(dir, { durability });
        const experiment = await lab.startExperiment({ name: 'garbage' });
        count(experiment, 0, 100);
        await lab.flush();
        appendFileSync(liveOf(dir, experiment.id)[0]!, garbage);
        count(experiment, 100, 200);
        expect(await numbersOf(experiment)).toEqual(upTo(200));
        appendFileSync(liveOf(dir, experiment.id).at(-1)!, garbage);
        count(experiment, 200, 300);
        // Sealing keeps every record too.
        await experiment.stop();
        await lab.close();
        await until(() => liveOf(dir, experiment.id).length === 0);
        await using later = openLab(dir);
        expect(await numbersOf(await later.getExperiment(experiment.id))).toEqual(upTo(300));
      });
    }

    it('a segment that is emptied costs what was in it, and nothing after it', async () => {
      const dir = folder();
      await using lab = openLab(dir, { durability });
      const experiment = await lab.startExperiment({ name: 'emptied' });
      count(experiment, 0, 100);
      await lab.flush();
      truncateSync(liveOf(dir, experiment.id)[0]!);
      count(experiment, 100, 200);
      expect(await numbersOf(experiment)).toEqual(upTo(200, 100));
    });

    it('what cannot be written waits, and is written when it can', async () => {
      const dir = folder();
      await using lab = openLab(dir, { durability });
      const experiment = await lab.startExperiment({ name: 'blocked' });
      const events = eventsOf(dir, experiment.id);
      rmSync(events, { recursive: true });
      writeFileSync(events, 'a file where a folder was');
      const warnings = await warningsOf(async () => {
        count(experiment, 0, 100);
        await expect(lab.flush()).rejects.toMatchObject({ code: 'path_unwritable' });
        count(experiment, 100, 101);
      });
      expect(warnings).toContain(`Events wait to be written. Cannot write ${events} (ENOTDIR).`);
      rmSync(events);
      mkdirSync(events);
      await until(() => liveOf(dir, experiment.id).length > 0);
      count(experiment, 101, 200);
      expect(await numbersOf(experiment)).toEqual(upTo(200));
    });
  });
}

describe('closing', () => {
  for (const durability of ['batched', 'immediate'] as const) {
    it(`that is refused keeps everything, and succeeds when it is tried again and may (${durability})`, async () => {
      const dir = folder();
      const lab = openLab(dir, { durability });
      const experiment = await lab.startExperiment({ name: 'refused' });
      const events = eventsOf(dir, experiment.id);
      rmSync(events, { recursive: true });
      writeFileSync(events, 'a file where a folder was');
      count(experiment, 0, 1000);
      await expect(lab.close()).rejects.toMatchObject({ code: 'path_unwritable' });
      await expect(lab.close()).rejects.toMatchObject({ code: 'path_unwritable' });
      rmSync(events);
      mkdirSync(events);
      await lab.close();
      await using later = openLab(dir);
      const found = await later.getExperiment(experiment.id);
      expect(await numbersOf(found)).toEqual(upTo(1000));
      expect(await found.ledgerAll()).toMatchObject({ emitted: 1000, stored: 1000 });
      expect((await later.listExperiments())[0]).toMatchObject({ status: 'idle' });
    });
  }

  it('a store while an experiment is being started leaves no open writer, and refuses the start', async () => {
    const outcomes = new Set<string>();
    for (let wait = 0; wait < 12; wait++) {
      const dir = folder();
      const store = localStore({ dir });
      const lab = createCrucible({ store, bus: createBus() });
      const starting = lab.startExperiment({ name: 'late' }).then(
        () => 'started',
        (error: { code: string }) => error.code,
      );
      await setTimeout(wait * 3);
      await store.close();
      outcomes.add(await starting);
      await using later = openLab(dir);
      for (const { status } of await later.listExperiments()) expect(status).toBe('idle');
    }
    expect(outcomes).toContain('store_closed');
    expect([...outcomes].filter((each) => each !== 'started' && each !== 'store_closed')).toEqual([]);
  });
});

describe('a folder that is none', () => {
  it('is refused by name, and left as it is', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, 'precious');
    await using lab = openLab(file);
    await expect(lab.startExperiment({ name: 'x' })).rejects.toMatchObject({
      code: 'path_unwritable',
      message: expect.stringContaining(file),
    });
    await expect(lab.listExperiments()).rejects.toMatchObject({ code: 'path_unreadable' });
    await expect(lab.getExperiment('x')).rejects.toMatchObject({ code: 'experiment_not_found' });
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });
});

describe('who takes over a segment', () => {
  const line = (sequence: number) => `{"writer_id":"w1","sequence":${sequence}}\n`;
  const segment = (text: string): SegmentFile => {
    const events = folder();
    writeFileSync(join(events, 'w1-00000000.jsonl'), text);
    const file = new SegmentFile(events, 'w1', { bytes: 1e6, ageMs: 1e6, sync: false });
    file.recover();
    return file;
  };

  it('goes on after the last record, whatever stands behind it', () => {
    expect(segment(line(0) + line(1)).lastSequence).toBe(1);
    expect(segment(`${line(0)}${line(1)}{"writer_id":"w1","sequ`).lastSequence).toBe(1);
    expect(segment(`${line(0)}${line(1)}garbage\n\n\0\0`).lastSequence).toBe(1);
    expect(segment(`${line(7)}${'x'.repeat(200_000)}\n`).lastSequence).toBe(7);
    expect(segment('garbage').lastSequence).toBe(-1);
    expect(segment('').lastSequence).toBe(-1);
  });

  it('begins where there is no folder any more', () => {
    const file = new SegmentFile(join(folder(), 'nowhere'), 'w1', { bytes: 1e6, ageMs: 1e6, sync: false });
    file.recover();
    expect(file.lastSequence).toBe(-1);
    expect(() => file.append(Buffer.from(line(0)), 0)).toThrow('ENOENT');
  });
});
