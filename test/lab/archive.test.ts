import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCrucible } from '../../src/lab/lab.ts';
import { fromJsonText } from '../../src/record/json.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { bench, codeOf, recordsOf } from './bench.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'crucible-archive-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 10 }));

const lines = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

async function stopped(id: string, events: number) {
  const { lab, store, clock } = bench();
  const experiment = await lab.startExperiment({ name: 'a', id, tags: ['x'], metadata: { seed: 1 } });
  for (let i = 0; i < events; i++) {
    clock.advance(1);
    experiment.execute('a.b', { i, nan: Number.NaN }, { text: `line\n${i}` });
  }
  await experiment.logMetric('loss', 0.5, { step: 1, metadata: { epoch: 1 } });
  await experiment.logMetric('loss', Number.NaN, { step: 2 });
  await experiment.stop();
  return { lab, store, experiment };
}

test('archiving to a path writes definition, records and metric points, then marks the experiment', async () => {
  const { lab, experiment } = await stopped('exp-a', 3);
  const state = structuredClone(experiment.state);
  await experiment.archive({ path: join(dir, 'new', 'folder') });
  const folder = join(dir, 'new', 'folder', 'exp-a');
  expect(readdirSync(join(dir, 'new', 'folder'))).toEqual(['exp-a']);
  expect(readdirSync(folder).sort()).toEqual(['events.jsonl', 'experiment.json', 'metrics.jsonl']);
  expect(JSON.parse(readFileSync(join(folder, 'experiment.json'), 'utf8'))).toEqual(state);
  const events = lines(join(folder, 'events.jsonl')).map((line) => JSON.parse(line));
  const records = await recordsOf(experiment);
  expect(events.map((event) => [event.event_id, event.sequence, event.measurements.i])).toEqual(
    records.map((record) => [record.event_id, record.sequence, record.measurements.i]),
  );
  expect(events[0].measurements.nan).toEqual({ $number: 'NaN' });
  const points = lines(join(folder, 'metrics.jsonl')).map((line) => JSON.parse(line));
  const kept = await lab.metricsStore.read('exp-a');
  expect(
    points.map(({ run_id, metric, step, timestamp, metadata }) => ({ run_id, metric, step, timestamp, metadata })),
  ).toEqual(
    kept.map(({ run_id, metric, step, timestamp, metadata }) => ({ run_id, metric, step, timestamp, metadata })),
  );
  expect(points[0].value).toBe(0.5);
  expect(experiment.status).toBe('archived');
});

test('an experiment without events has an archive with the same files', async () => {
  const { lab } = bench();
  const experiment = await lab.startExperiment({ name: 'empty', id: 'empty' });
  await experiment.stop();
  await experiment.archive({ path: dir });
  expect(readdirSync(join(dir, 'empty')).sort()).toEqual(['events.jsonl', 'experiment.json', 'metrics.jsonl']);
  expect([lines(join(dir, 'empty', 'events.jsonl')), lines(join(dir, 'empty', 'metrics.jsonl'))]).toEqual([[], []]);
});

test('an archive that was there is replaced whole', async () => {
  const { experiment } = await stopped('exp-a', 2);
  mkdirSync(join(dir, 'exp-a'));
  writeFileSync(join(dir, 'exp-a', 'experiment.json'), '{"id":"exp-a"}');
  writeFileSync(join(dir, 'exp-a', 'events.jsonl'), 'old');
  await experiment.archive({ path: dir });
  expect(readdirSync(dir)).toEqual(['exp-a']);
  expect(readdirSync(join(dir, 'exp-a')).sort()).toEqual(['events.jsonl', 'experiment.json', 'metrics.jsonl']);
  expect(lines(join(dir, 'exp-a', 'events.jsonl'))).toHaveLength(2);
});

test("an experiment's own folder in its store, or a copy of it, is no archive and stays as it is", async () => {
  const home = join(dir, 'store');
  await using lab = createCrucible({ store: localStore({ dir: home }) });
  const experiment = await lab.startExperiment({ name: 'a', id: 'exp-a' });
  for (let i = 0; i < 5; i++) experiment.execute('a.b', { i });
  await experiment.stop();
  cpSync(home, join(dir, 'backup'), { recursive: true });
  for (const path of [join(home, 'experiments'), join(dir, 'backup', 'experiments')]) {
    const before = readdirSync(path, { recursive: true }).sort();
    expect(await codeOf(() => experiment.archive({ path }))).toBe('path_unwritable');
    expect(readdirSync(path, { recursive: true }).sort()).toEqual(before);
  }
  expect((await lab.getExperiment('exp-a')).status).toBe('stopped');
  expect(await recordsOf(experiment)).toHaveLength(5);
});

test('an archive to which something was added is left alone', async () => {
  const { experiment } = await stopped('exp-a', 2);
  await experiment.archive({ path: dir });
  writeFileSync(join(dir, 'exp-a', 'notes.txt'), 'mine');
  expect(await codeOf(() => experiment.archive({ path: dir }))).toBe('path_unwritable');
  expect(readFileSync(join(dir, 'exp-a', 'notes.txt'), 'utf8')).toBe('mine');
});

test('a folder of that name which is no archive of the experiment is left alone', async () => {
  const { experiment } = await stopped('thesis', 2);
  mkdirSync(join(dir, 'thesis'));
  writeFileSync(join(dir, 'thesis', 'chapter1.tex'), 'years of work');
  expect(await codeOf(() => experiment.archive({ path: dir }))).toBe('path_unwritable');
  for (const text of ['not JSON', '{"id":"another"}', 'null']) {
    writeFileSync(join(dir, 'thesis', 'experiment.json'), text);
    expect(await codeOf(() => experiment.archive({ path: dir }))).toBe('path_unwritable');
  }
  expect(readFileSync(join(dir, 'thesis', 'chapter1.tex'), 'utf8')).toBe('years of work');
  expect(readdirSync(dir)).toEqual(['thesis']);
  expect(experiment.status).toBe('stopped');
});

test('a path that cannot be written leaves nothing half and the experiment stopped', async () => {
  const { experiment } = await stopped('exp-a', 2);
  const file = join(dir, 'a-file');
  writeFileSync(file, 'not a folder');
  expect(await codeOf(() => experiment.archive({ path: file }))).toBe('path_unwritable');
  await expect(experiment.archive({ path: join(file, 'below') })).rejects.toThrow(/a-file/);
  expect(readFileSync(file, 'utf8')).toBe('not a folder');
  expect(readdirSync(dir)).toEqual(['a-file']);
  expect(experiment.status).toBe('stopped');
  await experiment.archive({ path: dir });
  expect(experiment.status).toBe('archived');
});

test('a failure half-way leaves neither the archive nor its parts, and an older archive as it was', async () => {
  const { lab, experiment } = await stopped('exp-a', 2);
  mkdirSync(join(dir, 'exp-a'));
  writeFileSync(join(dir, 'exp-a', 'experiment.json'), '{"id":"exp-a"}');
  const { scan } = lab.metricsStore;
  lab.metricsStore.scan = () => {
    throw new Error('points unreadable');
  };
  await expect(experiment.archive({ path: dir })).rejects.toThrow(/points unreadable/);
  expect(readdirSync(dir)).toEqual(['exp-a']);
  expect(readdirSync(join(dir, 'exp-a'))).toEqual(['experiment.json']);
  expect(experiment.status).toBe('stopped');
  lab.metricsStore.scan = scan;
});

test('an experiment that is not stopped is not archived, and nothing is written', async () => {
  const { lab } = bench();
  const experiment = await lab.startExperiment({ name: 'a' });
  expect(await codeOf(() => experiment.archive({ path: join(dir, 'x') }))).toBe('not_stopped');
  expect(existsSync(join(dir, 'x'))).toBe(false);
  await experiment.stop();
});

test('one that is archived already can still be written, and stays as it is', async () => {
  const { lab } = bench();
  const experiment = await lab.startExperiment({ name: 'a', id: 'exp-late' });
  await experiment.stop();
  await experiment.archive();
  const before = experiment.state;
  await experiment.archive({ path: dir });
  expect(fromJsonText(readFileSync(join(dir, 'exp-late', 'experiment.json'), 'utf8'))).toEqual(before);
  expect(experiment.state).toEqual(before);
  expect(await codeOf(() => experiment.archive())).toBe('not_stopped');
});

test('a definition with values that JSON has not is archived without loss', async () => {
  const { lab } = bench();
  const metadata = { big: 2n ** 60n, nan: Number.NaN };
  const experiment = await lab.startExperiment({ name: 'a', id: 'exp-a', metadata });
  await experiment.stop();
  const before = experiment.state;
  await experiment.archive({ path: dir });
  expect(fromJsonText(readFileSync(join(dir, 'exp-a', 'experiment.json'), 'utf8'))).toEqual(before);
});

test('archives that are written at the same time are each whole, and the last one stays', async () => {
  const { lab, store, experiment } = await stopped('exp-a', 20);
  const other = await bench({ store, metricsStore: lab.metricsStore }).lab.getExperiment('exp-a');
  const calls = [experiment, experiment, other, experiment, other].map((each) => each.archive({ path: dir }));
  expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual(calls.map(() => 'fulfilled'));
  expect(readdirSync(dir)).toEqual(['exp-a']);
  expect(lines(join(dir, 'exp-a', 'events.jsonl'))).toHaveLength(20);
  expect(lines(join(dir, 'exp-a', 'metrics.jsonl'))).toHaveLength(2);
  expect([experiment.status, other.status]).toEqual(['archived', 'archived']);
});

test('a path that is no text is refused', async () => {
  const { experiment } = await stopped('exp-a', 1);
  for (const path of ['', 7, null]) {
    expect(await codeOf(() => experiment.archive({ path: path as string }))).toBe('invalid_argument');
  }
  expect(experiment.status).toBe('stopped');
});
