import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { compiledFile } from '../../../src/stores/local/compiled-file.ts';
import { localStore } from '../../../src/stores/local/local-store.ts';
import { stageEvents } from '../../../src/stores/local/staged-events.ts';
import { verifyExperiment } from '../../../src/stores/local/verify-experiment.ts';
import { count, eventsOf, folders, liveOf, numbersOf, openLab, until, upTo, warningsOf } from './labs.ts';

const folder = folders();

/** A store with a stopped experiment of 9 records in sealed segments, and one of 10 in live ones. */
async function recorded(): Promise<{ dir: string; sealed: string; live: string }> {
  const dir = folder();
  const lab = openLab(dir, { durability: 'immediate', segmentBytes: 1024 });
  const sealed = await lab.startExperiment({ name: 'sealed', id: 'sealed' });
  count(sealed, 0, 9);
  await sealed.stop();
  const live = await lab.startExperiment({ name: 'live', id: 'live' });
  count(live, 0, 10);
  await lab.close();
  await until(() => liveOf(dir, 'sealed').length === 0);
  return { dir, sealed: 'sealed', live: 'live' };
}

function definition(dir: string, id: string): string {
  return join(dir, 'experiments', id, 'experiment.json');
}

function notes(dir: string, id: string): string[] {
  const writers = join(dir, 'experiments', id, 'writers');
  return readdirSync(writers).map((name) => join(writers, name));
}

function edited(path: string, change: (content: Record<string, unknown>) => void): void {
  const content = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  change(content);
  writeFileSync(path, JSON.stringify(content));
}

async function rowsOf(batches: AsyncIterable<{ readonly rows: number }>): Promise<number> {
  let rows = 0;
  for await (const batch of batches) rows += batch.rows;
  return rows;
}

async function listed(lab: Lab): Promise<string[]> {
  return (await lab.listExperiments()).map(({ id }) => id);
}

async function rowsIn(path: string, format: 'csv' | 'jsonl' | 'parquet' | 'arrow'): Promise<number> {
  if (format === 'arrow') return tableFromIPC(readFileSync(path)).numRows;
  if (format !== 'parquet') return readFileSync(path, 'utf8').trim().split('\n').length - (format === 'csv' ? 1 : 0);
  const { num_rows } = await parquetMetadataAsync(await asyncBufferFromFile(path));
  return Number(num_rows);
}

describe('a sealed segment', () => {
  for (const [what, damage] of [
    ['truncated', (path: string) => truncateSync(path, 500)],
    ['of no bytes', (path: string) => truncateSync(path, 0)],
    ['overwritten', (path: string) => writeFileSync(path, 'no Parquet at all')],
  ] as const) {
    it(`that is ${what} is named, and the others are read`, async () => {
      const { dir, sealed } = await recorded();
      const segments = readdirSync(eventsOf(dir, sealed)).sort();
      expect(segments.length).toBeGreaterThan(2);
      await using lab = openLab(dir);
      const experiment = await lab.getExperiment(sealed);
      const whole = await numbersOf(experiment);
      expect(whole).toEqual(upTo(9));
      damage(join(eventsOf(dir, sealed), segments[1]!));
      const warnings = await warningsOf(async () => {
        const kept = await numbersOf(experiment);
        expect(kept.length).toBeGreaterThan(0);
        expect(kept.length).toBeLessThan(whole.length);
        expect(kept).toEqual(whole.filter((number) => kept.includes(number)));
        expect(kept.at(-1)).toBe(8);
      });
      expect(warnings).toContain(segments[1]);
    });
  }

  it.each(['csv', 'jsonl', 'parquet', 'arrow'] as const)(
    'whose rows are damaged is left out of a %s export, which says how many rows it has',
    async (format) => {
      const dir = folder();
      const lab = openLab(dir, { segmentBytes: 200_000 });
      const experiment = await lab.startExperiment({ name: 'rows', id: 'rows' });
      for (let n = 0; n < 2000; n++) {
        experiment.execute('troubles.test.counted', { number: n, square: n * n }, { text: `text ${n * 7919}` });
        if (n % 500 === 499) await lab.flush();
      }
      await experiment.stop();
      await lab.close();
      await until(() => liveOf(dir, 'rows').length === 0);
      const [damaged, ...others] = readdirSync(eventsOf(dir, 'rows')).sort();
      expect(others.length).toBeGreaterThan(0);
      const path = join(eventsOf(dir, 'rows'), damaged!);
      // All columns of the first rows, and nothing of what the file says about itself at its end.
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.fill(0xff, 100, bytes.length >> 2));
      await using later = openLab(dir);
      const target = join(dir, `rows.${format}`);
      let rows = -1;
      const warnings = await warningsOf(async () => {
        ({ rows } = await (await later.getExperiment('rows')).export(format, { path: target }));
      });
      expect(warnings).toContain(damaged);
      expect(rows).toBeGreaterThan(0);
      expect(rows).toBeLessThan(2000);
      expect(rows).toBe(await rowsIn(target, format));
    },
  );

  it.each([
    ['first', 0],
    ['middle', 1],
    ['last', -1],
  ])('that is gone is missed, were it the %s: by scans, by SQL and by an archive', async (_, which) => {
    const { dir, sealed } = await recorded();
    const segments = readdirSync(eventsOf(dir, sealed)).sort();
    rmSync(join(eventsOf(dir, sealed), segments.at(which)!));
    await using lab = openLab(dir);
    const experiment = await lab.getExperiment(sealed);
    let kept: number[] = [];
    const warnings = await warningsOf(async () => {
      kept = await numbersOf(experiment);
    });
    expect(warnings).toMatch(new RegExp(`^${9 - kept.length} records? \\(sequences \\d to \\d\\) (is|are) missing: `));
    const told: string[] = [];
    await stageEvents(dir, [sealed], folder(), ({ error }) => void told.push(error!.message));
    expect(told).toEqual([warnings]);
    await expect(experiment.archive({ path: join(dir, 'archives') })).rejects.toMatchObject({
      code: 'damaged_data',
      message: warnings,
    });
  });

  it('is not left out of an archive: there is none, and the experiment is as it was', async () => {
    const { dir, sealed } = await recorded();
    const damaged = join(eventsOf(dir, sealed), readdirSync(eventsOf(dir, sealed)).sort()[1]!);
    truncateSync(damaged, 500);
    await using lab = openLab(dir);
    const experiment = await lab.getExperiment(sealed);
    await expect(experiment.archive({ path: join(dir, 'archives') })).rejects.toMatchObject({
      code: 'damaged_data',
      message: expect.stringContaining(damaged),
    });
    expect(readdirSync(join(dir, 'archives'))).toEqual([]);
    expect(experiment.status).toBe('stopped');
  });

  it('that is live ends a scan that is to be whole where a line is no record', async () => {
    const { dir, live } = await recorded();
    const path = liveOf(dir, live)[0]!;
    writeFileSync(path, `{"not": "a record"}\n${readFileSync(path, 'utf8')}`);
    const store = localStore({ dir });
    await expect(rowsOf(store.scan(live, { whole: true }))).rejects.toMatchObject({ code: 'damaged_data' });
    expect(await rowsOf(store.scan(live))).toBe(10);
    await store.close();
  });

  it('is whole and there once when several processes seal at the same time', async () => {
    const dir = folder();
    const lab = openLab(dir, { segmentBytes: 16_384 });
    const experiment = await lab.startExperiment({ name: 'contended', id: 'contended' });
    for (let at = 0; at < 2000; at += 100) {
      count(experiment, at, at + 100);
      await lab.flush();
    }
    await lab.close();
    const names = liveOf(dir, 'contended').map((path) => basename(path));
    expect(names.length).toBeGreaterThan(5);
    const sealer = compiledFile('stores/local/sealer.js')!;
    const args = [sealer, join(dir, 'experiments', 'contended'), ...names];
    const sealers = [0, 1, 2].map(() => spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
    const exits = await Promise.all(sealers.map((each) => once(each, 'exit')));
    expect(exits).toEqual(sealers.map(() => [0, null]));
    expect(readdirSync(eventsOf(dir, 'contended')).sort()).toEqual(
      names.map((name) => name.replace('.jsonl', '.parquet')),
    );
    await using later = openLab(dir);
    expect(await numbersOf(await later.getExperiment('contended'))).toEqual(upTo(2000));
  });
});

describe('the definition of an experiment', () => {
  for (const [what, text] of [
    ['cut short', '{"schema_version":1,"id":"se'],
    ['empty', ''],
    ['of something else', '["not", "this"]'],
  ] as const) {
    it(`that is ${what} is refused as damaged, left out of the list with a warning, and its records stay`, async () => {
      const { dir, sealed, live } = await recorded();
      const whole = readFileSync(definition(dir, sealed), 'utf8');
      writeFileSync(definition(dir, sealed), text);
      await using lab = openLab(dir);
      const warnings = await warningsOf(async () => expect(await listed(lab)).toEqual([live]));
      expect(warnings).toContain(definition(dir, sealed));
      await expect(lab.getExperiment(sealed)).rejects.toMatchObject({ code: 'damaged_data' });
      await expect(lab.resumeExperiment(sealed)).rejects.toMatchObject({ code: 'damaged_data' });
      await expect(lab.joinExperiment(sealed)).rejects.toMatchObject({ code: 'damaged_data' });
      await expect(lab.startExperiment({ name: 'x', id: sealed })).rejects.toMatchObject({
        code: 'experiment_exists',
      });
      writeFileSync(definition(dir, sealed), whole);
      expect(await numbersOf(await lab.getExperiment(sealed))).toEqual(upTo(9));
    });
  }

  it('by a later version is refused, and not touched', async () => {
    const { dir, sealed, live } = await recorded();
    edited(definition(dir, sealed), (content) => {
      content.schema_version = 2;
    });
    const before = readFileSync(definition(dir, sealed));
    await using lab = openLab(dir);
    await expect(lab.getExperiment(sealed)).rejects.toMatchObject({
      code: 'unsupported_version',
      message: expect.stringMatching(/schema version 2; this version of crucible-telemetry reads up to 1\. Update/),
    });
    const store = localStore({ dir });
    await expect(store.update(sealed, (state) => state)).rejects.toMatchObject({ code: 'unsupported_version' });
    await store.close();
    expect(await listed(lab)).toEqual([live]);
    expect(readFileSync(definition(dir, sealed))).toEqual(before);
  });

  it('by an earlier version that knew fewer keys means what they mean by default', async () => {
    const { dir, live } = await recorded();
    edited(definition(dir, live), (content) => {
      for (const key of ['study', 'replicate', 'tags', 'redact', 'sampling', 'request_events', 'scope', 'pause_count'])
        delete content[key];
    });
    await using lab = openLab(dir);
    const experiment = await lab.resumeExperiment(live);
    expect(experiment.state).toMatchObject({
      study: null,
      replicate: live,
      tags: [],
      redact: [],
      sampling: null,
      request_events: null,
      scope: 'auto',
      pause_count: 0,
    });
    count(experiment, 10, 20);
    expect(await numbersOf(experiment)).toEqual(upTo(20));
    expect((await experiment.metrics()).summary.total_events).toBe(20);
  });
});

describe('the sampling of an experiment', () => {
  it('that was stored when there was but a rate is a uniform one, for whoever resumes it', async () => {
    const { dir, live } = await recorded();
    edited(definition(dir, live), (content) => {
      content.sampling = { rate: 0.25 };
    });
    await using lab = openLab(dir);
    const experiment = await lab.resumeExperiment(live);
    expect(experiment.state.sampling).toEqual({ rate: 0.25 });
    for (let i = 0; i < 200; i++) experiment.execute('troubles.test.counted', {}, { sample_id: `s${i}` });
    const probabilities: (number | null)[] = [];
    for await (const { inclusion_probability } of experiment.records()) probabilities.push(inclusion_probability);
    expect(new Set(probabilities)).toEqual(new Set([null, 0.25]));
    expect(probabilities.length).toBeLessThan(100);
  });

  it('by a method that only a later version knows is named, and nobody samples it otherwise', async () => {
    const { dir, live } = await recorded();
    edited(definition(dir, live), (content) => {
      content.sampling = { method: 'systematic', every: 10 };
    });
    await using lab = openLab(dir);
    for (const open of [
      () => lab.getExperiment(live),
      () => lab.resumeExperiment(live),
      () => lab.joinExperiment(live),
    ])
      await expect(open()).rejects.toMatchObject({
        code: 'unsupported_version',
        message: expect.stringContaining('"systematic" as its method of sampling'),
      });
  });
});

describe('the id of an experiment', () => {
  it('that says another place removes, changes and archives nothing there', async () => {
    const { dir, sealed, live } = await recorded();
    const victim = join(dir, '..', 'victim');
    mkdirSync(victim, { recursive: true });
    writeFileSync(join(victim, 'thesis.txt'), 'dear');
    edited(definition(dir, sealed), (content) => {
      content.id = '../../../victim';
    });
    await using lab = openLab(dir);
    const warnings = await warningsOf(async () => expect(await listed(lab)).toEqual([live]));
    expect(warnings).toContain('"../../../victim" as id');
    await expect(lab.getExperiment(sealed)).rejects.toMatchObject({ code: 'damaged_data' });
    const store = localStore({ dir });
    for (const id of ['../../victim', '../../../victim', '..', '.', '', 'a/b', '.hidden']) {
      await expect(lab.getExperiment(id), id).rejects.toMatchObject({ code: 'experiment_not_found' });
      await expect(store.remove(id), id).rejects.toMatchObject({ code: 'experiment_not_found' });
      await expect(store.update(id, (state) => state)).rejects.toMatchObject({ code: 'experiment_not_found' });
    }
    await store.close();
    expect(readFileSync(join(victim, 'thesis.txt'), 'utf8')).toBe('dear');
    expect(existsSync(definition(dir, sealed))).toBe(true);
  });

  it('is the name of its folder: a copy is named and not counted twice, whatever it is called', async () => {
    const { dir, sealed, live } = await recorded();
    for (const copy of ['sealed-copy', 'sealed (copy)']) {
      const folderOf = (id: string) => join(dir, 'experiments', id);
      cpSync(folderOf(sealed), folderOf(copy), { recursive: true });
    }
    await using lab = openLab(dir);
    const warnings = await warningsOf(async () => expect((await listed(lab)).sort()).toEqual([live, sealed]));
    expect(warnings).toContain(definition(dir, 'sealed-copy'));
    expect(warnings).toContain(definition(dir, 'sealed (copy)'));
    await expect(lab.getExperiment('sealed-copy')).rejects.toMatchObject({
      code: 'damaged_data',
      message: expect.stringContaining('definition of experiment "sealed"'),
    });
    const { damage } = await verifyExperiment(dir, 'sealed-copy');
    expect(damage[0]!.message).toContain('definition of experiment "sealed"');
    expect((await verifyExperiment(dir, 'sealed (copy)')).damage[0]!.message).toContain('no experiment may have');
    expect((await verifyExperiment(dir, sealed)).damage).toEqual([]);
  });
});

describe('a key of a definition', () => {
  for (const [key, value] of [
    ['schema_version', 'one'],
    ['id', 7],
    ['name', 7],
    ['study', {}],
    ['condition', []],
    ['replicate', 3],
    ['plan', 'better'],
    ['plan', { statement: 'better' }],
    ['tags', 'a'],
    ['tags', [1]],
    ['metadata', null],
    ['metadata', []],
    ['sample_size', '10'],
    ['events', 'some'],
    ['scope', 'world'],
    ['request_events', 'all'],
    ['sampling', { method: 'stratified', by: 'success', probabilities: { true: 0 }, otherwise: 1 }],
    ['sampling', { method: 'importance', by: 'cost_usd' }],
    ['sampling', { method: 'adaptive', target: 10, period_seconds: 1, floor: 0.1, memory: 1 }],
    ['sampling', { method: 'reservoir', size: 0.5 }],
    ['sampling', { rate: 0 }],
    ['sampling', 0.5],
    ['redact', [null]],
    ['status', 'crashd'],
    ['started_at', 'yesterday'],
    ['started_at', { $number: 'NaN' }],
    ['paused_at', false],
    ['pause_count', null],
    ['stopped_at', 'now'],
    ['archived_at', {}],
    ['phases', null],
    ['phases', [null]],
    ['phases', [{ started_at: 1 }]],
  ] as const) {
    it(`that is wrong (${key}: ${JSON.stringify(value)}) is named, and the other experiments are listed`, async () => {
      const dir = folder();
      await using lab = openLab(dir);
      for (const id of ['good', 'bad']) await (await lab.startExperiment({ name: id, id })).stop();
      edited(definition(dir, 'bad'), (content) => {
        content[key] = value;
      });
      await warningsOf(async () => expect(await listed(lab)).toEqual(['good']));
      await using later = openLab(dir);
      await expect(later.getExperiment('bad')).rejects.toMatchObject({
        code: 'damaged_data',
        message: expect.stringMatching(new RegExp(`bad/experiment\\.json has .* as ${key}, which has to be`)),
      });
      const { damage } = await verifyExperiment(dir, 'bad');
      expect(damage[0]!.message).toContain(`as ${key}, `);
    });
  }
});

describe("a writer's note", () => {
  it('by a later version is a refusal to read what that version wrote', async () => {
    const { dir, sealed, live } = await recorded();
    for (const note of notes(dir, live)) {
      edited(note, (content) => {
        content.schema_version = 2;
      });
    }
    await using lab = openLab(dir);
    const experiment = await lab.getExperiment(live);
    await expect(numbersOf(experiment)).rejects.toMatchObject({ code: 'unsupported_version' });
    await expect(experiment.ledgerAll()).rejects.toMatchObject({ code: 'unsupported_version' });
    const warnings = await warningsOf(async () => expect(await listed(lab)).toEqual([sealed]));
    expect(warnings).toContain(`Experiment ${live} is left out of the list.`);
  });

  it('by an earlier version that knew fewer keys is read', async () => {
    const { dir, live } = await recorded();
    for (const note of notes(dir, live)) {
      edited(note, (content) => {
        for (const key of ['ordinal', 'clock_anchors', 'thread', 'pid_started']) delete content[key];
      });
    }
    await using lab = openLab(dir);
    expect(await numbersOf(await lab.getExperiment(live))).toEqual(upTo(10));
    expect((await lab.listExperiments({ status: 'idle' })).map(({ id }) => id)).toEqual([live]);
  });

  for (const text of ['', '{"writer_id":', 'null']) {
    it(`that is damaged (${JSON.stringify(text)}) costs no record`, async () => {
      const { dir, live } = await recorded();
      for (const note of notes(dir, live)) writeFileSync(note, text);
      await using lab = openLab(dir);
      expect(await numbersOf(await lab.getExperiment(live))).toEqual(upTo(10));
      expect(await listed(lab)).toContain(live);
      const resumed = await lab.resumeExperiment(live);
      count(resumed, 10, 20);
      expect((await numbersOf(resumed)).sort((a, b) => a - b)).toEqual(upTo(20));
    });
  }

  const ledger = {
    emitted: 1,
    stored: 1,
    sampled_out: 0,
    dropped: { paused: 0, stopped: 0, duplicate: 0, overflow: 0, encode: 0, capacity: 0 },
  };
  for (const [key, value] of [
    ['schema_version', 'one'],
    ['writer_id', 'of-another'],
    ['writer_id', 7],
    ['ordinal', null],
    ['opened_at', 'x'],
    ['heartbeat_at', {}],
    ['closed_at', '1'],
    ['clock_anchors', null],
    ['clock_anchors', [{ at: 1 }]],
    ['ledger', null],
    ['ledger', {}],
    ['ledger', { emitted: 'x' }],
    ['ledger', { ...ledger, dropped: null }],
    ['ledger', { ...ledger, dropped: { paused: 0 } }],
    ['ledger', { ...ledger, dropped: { ...ledger.dropped, encode: '1' } }],
    ['ledger', { ...ledger, dropped: { ...ledger.dropped, unheard_of: '1' } }],
    ['ledger', { ...ledger, unclean: 'yes' }],
    ['host', 7],
    ['boot_id', 7],
    ['pid_namespace', {}],
    ['pid', '7'],
    ['pid_started', 7],
    ['thread', null],
  ] as const) {
    it(`that is wrong (${key}: ${JSON.stringify(value)}) is left out, named by verify, and breaks nothing`, async () => {
      const dir = folder();
      await using lab = openLab(dir);
      for (const id of ['good', 'bad']) {
        const experiment = await lab.startExperiment({ name: id, id });
        count(experiment, 0, 3);
        await experiment.stop();
      }
      const [own] = notes(dir, 'bad');
      const path = join(own!, '../wzzz.json');
      writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(own!, 'utf8')), writer_id: 'wzzz', ledger }));
      const bad = await lab.getExperiment('bad');
      expect((await bad.ledgerAll()).emitted).toBe(4);
      edited(path, (content) => {
        content[key] = value;
      });
      const warnings = await warningsOf(async () => expect((await listed(lab)).sort()).toEqual(['bad', 'good']));
      expect(warnings).toBe('');
      expect((await bad.ledgerAll()).emitted).toBe(3);
      expect(await numbersOf(bad)).toEqual(upTo(3));
      expect((await verifyExperiment(dir, 'bad')).damage).toEqual([
        { path, message: 'It is not the file of a writer.' },
      ]);
    });
  }
});

it('a whole store may be moved to another folder', async () => {
  const { dir, sealed, live } = await recorded();
  const moved = `${dir}-moved`;
  renameSync(dir, moved);
  await using lab = openLab(moved);
  expect((await listed(lab)).sort()).toEqual([live, sealed]);
  expect(await numbersOf(await lab.getExperiment(sealed))).toEqual(upTo(9));
  expect(existsSync(dir)).toBe(false);
});
