import { describe, expect, test } from 'vitest';
import { warningsOf } from '../bus/recorder.ts';
import { bench, recordsOf, turn } from './bench.ts';

describe('the context of a run', () => {
  test('fills the fields of everything inside, and other keys join the metadata', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    await experiment.run(
      async () => {
        await turn();
        bus.execute('a.b', {}, { own: 1 });
      },
      { sample_id: 's1', session_id: 's2', user_id: 7, cohort: 'c', model: 'm', fold: 3, nested: { deep: [1] } },
    );
    const [record] = await recordsOf(experiment);
    expect(record).toMatchObject({ sample_id: 's1', session_id: 's2', user_id: '7', cohort: 'c', model: 'm' });
    expect(record?.metadata).toEqual({ own: 1, fold: 3, nested: { deep: [1] } });
  });

  test('warns once of a key that is almost a field of it, and keeps it in the metadata', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const warnings = await warningsOf(() => {
      for (let i = 0; i < 3; i++) {
        experiment.run(() => bus.execute('a.b'), { sampleid: 's1', 'Session-ID': 's2', usr_id: 'u', COHORT: 'c' });
        experiment.run(() => bus.execute('a.c'), {
          sampleId: 's',
          sessionId: 't',
          userId: 'u',
          cohort: 'c',
          model: 'm',
        });
        experiment.run(() => bus.execute('a.d'), {
          sample: 1,
          session: 2,
          user: 3,
          id: 4,
          fold: 5,
          cohorts: 6,
          seed: 7,
        });
      }
    });
    expect(warnings).toEqual([
      'A run was given sampleid, which is kept as metadata. Did you mean sample_id?',
      'A run was given Session-ID, which is kept as metadata. Did you mean session_id?',
      'A run was given usr_id, which is kept as metadata. Did you mean user_id?',
      'A run was given COHORT, which is kept as metadata. Did you mean cohort?',
    ]);
    const [record] = await recordsOf(experiment);
    expect(record?.sample_id).toBeNull();
    expect(record?.metadata).toEqual({ sampleid: 's1', 'Session-ID': 's2', usr_id: 'u', COHORT: 'c' });
  });

  test("is accepted in camel case, and the event's own value wins in any spelling", async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    experiment.run(
      () => {
        bus.execute('a.b');
        bus.execute('a.b', {}, { sample_id: 'own', fold: 'own' });
        bus.execute('a.b', {}, { sampleId: 'own', userId: 'own' });
      },
      { sampleId: 's', sessionId: 'se', userId: 'u', fold: 'run' },
    );
    const records = await recordsOf(experiment);
    expect(
      records.map((record) => [record.sample_id, record.session_id, record.user_id, record.metadata.fold]),
    ).toEqual([
      ['s', 'se', 'u', 'run'],
      ['own', 'se', 'u', 'own'],
      ['own', 'se', 'own', 'run'],
    ]);
  });

  test('merges through nested runs, the inner one wins, and ends with its run', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const shown = async () =>
      (await recordsOf(experiment)).map((record) => [record.sample_id, record.cohort, record.metadata]);
    experiment.run(
      () => {
        experiment.run(() => bus.execute('a.b'), { sampleId: 'inner', y: 2 });
        bus.execute('a.b');
      },
      { sample_id: 'outer', cohort: 'c', x: 1 },
    );
    experiment.run(() => bus.execute('a.b'));
    expect(await shown()).toEqual([
      ['inner', 'c', { x: 1, y: 2 }],
      ['outer', 'c', { x: 1 }],
      [null, null, {}],
    ]);
  });

  test('is inherited by a nested run of another experiment where it says whose data it is, by one of another lab not', async () => {
    const { lab, bus } = bench();
    const [outer, inner] = [await lab.startExperiment({ name: 'outer' }), await lab.startExperiment({ name: 'inner' })];
    const { lab: other } = bench({ bus });
    const stranger = await other.startExperiment({ name: 'stranger' });
    const context = { sample_id: 's', session_id: 'se', user_id: 'u', cohort: 'c', fold: 1, model: 'm' };
    outer.run(() => {
      inner.run(() => bus.execute('a.b'));
      stranger.run(() => bus.execute('a.b'));
    }, context);
    const [record] = await recordsOf(inner);
    expect(record).toMatchObject({ sample_id: 's', session_id: 'se', user_id: 'u', cohort: 'c', model: null });
    expect(record?.metadata).toEqual({});
    const [strange] = await recordsOf(stranger);
    expect([strange?.sample_id, strange?.cohort, strange?.metadata]).toEqual([null, null, {}]);
  });

  test('is inherited through nested runs of other experiments too', async () => {
    const { lab, bus } = bench();
    const [outer, inner] = [await lab.startExperiment({ name: 'outer' }), await lab.startExperiment({ name: 'inner' })];
    await outer.run(
      async () => {
        await inner.run(
          async () => {
            await turn();
            bus.execute('a.b');
            inner.execute('a.c');
          },
          { cohort: 'inner' },
        );
      },
      { sample_id: 's', cohort: 'outer' },
    );
    expect((await recordsOf(inner)).map((record) => [record.sample_id, record.cohort])).toEqual([
      ['s', 'inner'],
      ['s', 'inner'],
    ]);
  });

  test('is that of the moment the run began: later changes of the object do not reach it', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const context = { sample_id: 's', fold: 1 };
    experiment.run(() => {
      context.sample_id = 'changed';
      context.fold = 2;
      bus.execute('a.b');
    }, context);
    const [record] = await recordsOf(experiment);
    expect([record?.sample_id, record?.metadata]).toEqual(['s', { fold: 1 }]);
  });

  test('without a value leaves that of the run around it', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    experiment.run(() => experiment.run(() => bus.execute('a.b'), { sample_id: undefined, cohort: null }), {
      sample_id: 's',
      cohort: 'c',
    });
    const [record] = await recordsOf(experiment);
    expect([record?.sample_id, record?.cohort, record?.metadata]).toEqual(['s', 'c', {}]);
  });

  test('cannot set what recording itself decides: such keys are metadata like any other', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a', id: 'exp-a', condition: 'control' });
    const claims = {
      event_id: 'e',
      experiment_id: 'other',
      condition: 'c',
      event_name: 'n',
      scope: 's',
      writer_id: 'w',
    };
    experiment.run(() => [bus.execute('a.b'), bus.execute('a.b')], claims);
    const records = await recordsOf(experiment);
    for (const record of records) {
      expect(record).toMatchObject({ experiment_id: 'exp-a', condition: 'control', event_name: 'a.b', scope: 'run' });
      expect(record.metadata).toEqual(claims);
    }
    expect(records[0]?.event_id).not.toBe(records[1]?.event_id);
  });

  test('of a value that is no text joins the metadata', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    experiment.run(() => bus.execute('a.b'), { sample_id: { id: 1 }, user_id: true });
    const [record] = await recordsOf(experiment);
    expect([record?.sample_id, record?.user_id]).toEqual([null, null]);
    expect(record?.metadata).toEqual({ sample_id: { id: 1 }, user_id: true });
  });
});

describe('spans', () => {
  test('give the records inside their trace and parent, and their own events their ids', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const ids: Record<string, string> = {};
    await experiment.run(() =>
      bus.span('outer', {}, async (outer) => {
        ids.trace = outer.trace_id;
        ids.outer = outer.span_id;
        bus.execute('in.outer');
        await bus.span('inner', {}, async (inner) => {
          ids.inner = inner.span_id;
          await turn();
          bus.execute('in.inner');
          experiment.execute('explicit');
        });
        bus.execute('after.inner');
      }),
    );
    const rows = (await recordsOf(experiment)).map((record) => [
      record.event_name,
      record.trace_id,
      record.span_id,
      record.parent_span_id,
    ]);
    const { trace, outer, inner } = ids;
    expect(rows).toEqual([
      ['outer.start', trace, outer, null],
      ['in.outer', trace, null, outer],
      ['inner.start', trace, inner, outer],
      ['in.inner', trace, null, inner],
      ['explicit', trace, null, inner],
      ['inner.stop', trace, inner, outer],
      ['after.inner', trace, null, outer],
      ['outer.stop', trace, outer, null],
    ]);
  });

  test("an event's own ids win over those of the span around it", async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    experiment.run(() =>
      bus.span('outer', {}, (outer) => {
        bus.execute('other.trace', {}, { trace_id: 't', span_id: 's' });
        bus.execute('own.span', {}, { span_id: 's' });
        bus.execute('own.parent', {}, { parent_span_id: 'p' });
        bus.execute('same.span', {}, { trace_id: outer.trace_id, span_id: outer.span_id });
      }),
    );
    const records = await recordsOf(experiment);
    const { trace_id: trace, span_id: span } = records[0]!;
    expect(records.slice(1, -1).map((record) => [record.trace_id, record.span_id, record.parent_span_id])).toEqual([
      ['t', 's', null],
      [trace, 's', span],
      [trace, null, 'p'],
      [trace, span, null],
    ]);
  });

  test('reach into nested runs of other experiments', async () => {
    const { lab, bus } = bench();
    const [outer, inner] = [await lab.startExperiment({ name: 'outer' }), await lab.startExperiment({ name: 'inner' })];
    const ids = outer.run(() =>
      bus.span('work', {}, (span) => {
        inner.run(() => bus.execute('a.b'));
        return [span.trace_id, span.span_id];
      }),
    );
    const [record] = await recordsOf(inner);
    expect([record?.trace_id, record?.parent_span_id]).toEqual(ids);
  });
});
