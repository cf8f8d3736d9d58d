import { expect, test } from 'vitest';
import type { ExperimentOptions } from '../../src/lab/definition.ts';
import { bench, codeOf, recordsOf } from './bench.ts';

test('an experiment is what it was said to be, and what was left out has its default', async () => {
  const { lab, clock } = bench();
  const bare = await lab.startExperiment({ name: 'bare' });
  expect(bare.state).toEqual({
    id: bare.id,
    name: 'bare',
    study: null,
    condition: null,
    replicate: bare.id,
    hypothesis: null,
    plan: null,
    tags: [],
    metadata: {},
    sample_size: null,
    events: 'all',
    scope: 'auto',
    request_events: null,
    sampling: null,
    redact: [],
    status: 'running',
    started_at: clock.nowMicros(),
    paused_at: null,
    pause_count: 0,
    stopped_at: null,
    archived_at: null,
    phases: [{ started_at: clock.nowMicros(), ended_at: null }],
  });
  const full = await lab.startExperiment({
    name: 'ensemble_vs_single',
    id: 'mine-1.a_b',
    study: 'ensembles',
    condition: 'treatment',
    replicate: 3,
    hypothesis: '5-model ensemble reaches 99% reliability',
    tags: ['h1', 'h2'],
    metadata: { seed: 3, nested: { when: new Date(0) } },
    sampleSize: 1000,
    events: ['a.b'],
    scope: 'process',
    requestEvents: [['a', 'b']],
    sampling: { rate: 0.5 },
    redact: ['user_id', 'metadata.secret'],
  });
  expect(full.state).toMatchObject({
    id: 'mine-1.a_b',
    study: 'ensembles',
    condition: 'treatment',
    replicate: '3',
    hypothesis: '5-model ensemble reaches 99% reliability',
    tags: ['h1', 'h2'],
    metadata: { seed: 3, nested: { when: '1970-01-01T00:00:00.000Z' } },
    sample_size: 1000,
    events: ['a.b'],
    scope: 'process',
    request_events: ['a.b'],
    sampling: { rate: 0.5 },
    redact: ['user_id', 'metadata.secret'],
  });
  expect([
    full.study,
    full.condition,
    full.replicate,
    full.hypothesis,
    full.tags,
    full.metadata,
    full.sampleSize,
  ]).toEqual(['ensembles', 'treatment', '3', full.state.hypothesis, ['h1', 'h2'], full.state.metadata, 1000]);
});

test('it is that of the moment it was started: later changes of the options do not reach it', async () => {
  const { lab } = bench();
  const options = { name: 'a', tags: ['x'], metadata: { list: [1] }, events: ['a.b'] };
  const experiment = await lab.startExperiment(options);
  options.tags.push('y');
  options.metadata.list.push(2);
  options.events.push('a.c');
  experiment.execute('a.b');
  experiment.execute('a.c');
  expect([experiment.tags, experiment.metadata]).toEqual([['x'], { list: [1] }]);
  expect((await recordsOf(experiment)).map((record) => [record.event_name, record.tags])).toEqual([['a.b', ['x']]]);
});

test('sampleSize is reported, not enforced', async () => {
  const { lab, bus } = bench();
  const experiment = await lab.startExperiment({ name: 'a', sampleSize: 2 });
  for (let i = 0; i < 5; i++) bus.execute('a.b', {}, { sample_id: `s${i}` });
  expect([experiment.sampleSize, experiment.ledger().stored]).toEqual([2, 5]);
});

test('ids are new, sort by time and are as the given randomness makes them', async () => {
  const { lab, clock } = bench();
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    ids.push((await lab.startExperiment({ name: 'a' })).id);
    clock.advance({ seconds: 1 });
  }
  expect(ids.every((id) => /^exp-20260101T00000\d-[0-9a-f]{10}$/.test(id))).toBe(true);
  expect([...ids].sort()).toEqual(ids);
  const again = bench();
  expect((await again.lab.startExperiment({ name: 'a' })).id).toBe(ids[0]);
});

test('what cannot be is refused at once, by its name and value, and nothing is left behind', async () => {
  const { lab, store, bus } = bench();
  const wrong: readonly [unknown, RegExp, string?][] = [
    [undefined, /startExperiment was given undefined/],
    [null, /null/],
    ['a', /"a"/],
    [{}, /no name/],
    [{ name: '' }, /name is ""/],
    [{ name: 7 }, /name is 7/],
    [{ name: 'a', study: '' }, /study is ""/],
    [{ name: 'a', condition: 1 }, /condition is 1/],
    [{ name: 'a', id: '' }, /id is ""/],
    [{ name: 'a', id: '../up' }, /id is "\.\.\/up"/],
    [{ name: 'a', id: '.hidden' }, /id/],
    [{ name: 'a', id: 'x'.repeat(129) }, /at most 128/],
    [{ name: 'a', id: 5 }, /id is 5/],
    [{ name: 'a', sampleSize: 0 }, /sampleSize is 0/],
    [{ name: 'a', sampleSize: 1.5 }, /sampleSize is 1.5/],
    [{ name: 'a', tags: 'x' }, /tags is "x"/],
    [{ name: 'a', tags: [1] }, /tags/],
    [{ name: 'a', metadata: [1] }, /metadata is \[1\]/],
    [{ name: 'a', metadata: 'text' }, /metadata is "text"/],
    [{ name: 'a', events: 'a.b' }, /events is "a\.b"/],
    [{ name: 'a', events: ['a b'] }, /"a b"/, 'invalid_event_name'],
    [{ name: 'a', requestEvents: [''] }, /""/, 'invalid_event_name'],
    [{ name: 'a', requestEvents: 'a.b' }, /requestEvents is "a\.b"/],
    [{ name: 'a', requestEvents: ['a.start'] }, /"a\.start"/],
    [{ name: 'a', replicate: {} }, /replicate is \{\}/],
    [{ name: 'a', replicate: Number.NaN }, /replicate is NaN/],
    [{ name: 'a', sample_size: 5 }, /no option "sample_size"/],
    [{ name: 'a', scope: 'run' }, /scope is "run"/],
    [{ name: 'a', sampling: 0.5 }, /sampling was given 0\.5/],
  ];
  for (const [options, words, code = 'invalid_argument'] of wrong) {
    const start = () => lab.startExperiment(options as ExperimentOptions);
    await expect(start(), JSON.stringify(options)).rejects.toThrow(words);
    expect(await codeOf(start)).toBe(code);
  }
  expect(await store.list()).toEqual([]);
  expect(bus.listening).toBe(false);
});

test('an id that is taken is refused and the first experiment goes on', async () => {
  const { lab, bus } = bench();
  const first = await lab.startExperiment({ name: 'first', id: 'a' });
  expect(await codeOf(() => lab.startExperiment({ name: 'second', id: 'a' }))).toBe('experiment_exists');
  bus.execute('a.b');
  expect((await recordsOf(first)).map((record) => record.experiment_name)).toEqual(['first']);
  expect(await lab.getExperiment('a')).toBe(first);
});
