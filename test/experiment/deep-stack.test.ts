import { describe, expect, test } from 'vitest';
import type { SamplingOptions } from '../../src/experiment/sampling/sampling-options.ts';
import type { Experiment } from '../../src/lab/experiment.ts';
import { bench, expectBalanced, recordsOf } from '../lab/bench.ts';

// So that the stack ends at another place of the recording each time.
const OFFSETS = 12;
const LATER = 1000;

/** Calls itself until the stack ends, with `act` on the last stretch, and catches that, as a host would. Returns the depth. */
function overflow(act: (depth: number) => void, from: number, offset: number): number {
  let reached = 0;
  const step = (depth: number): number => {
    reached = depth;
    if (depth >= from) act(depth);
    return step(depth + 1) + 1;
  };
  const pad = (left: number): number => (left > 0 ? pad(left - 1) + 0 : step(0));
  let caught: unknown;
  try {
    pad(offset);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(RangeError);
  return reached;
}

// The way to the first half is not executed on, which saves most of the time; how far the stack reaches varies with what V8 compiled.
function overflowNearTheEnd(act: (depth: number) => void, offset: number): void {
  let acts = 0;
  const counted = (depth: number) => {
    acts++;
    act(depth);
  };
  overflow(counted, Math.floor(overflow(() => undefined, 0, offset) / 2), offset);
  expect(acts).toBeGreaterThan(0);
}

async function expectStillRecording(experiment: Experiment): Promise<void> {
  const { stored } = experiment.ledger();
  for (let i = 0; i < LATER; i++) experiment.execute('after.it', { i }, { note: `n${i % 10}` });
  expect(experiment.ledger().stored).toBe(stored + LATER);
  await expectBalanced(experiment);
  const later = (await recordsOf(experiment)).slice(-LATER);
  expect(later.map(({ event_name, measurements, metadata }) => [event_name, measurements, metadata])).toEqual(
    Array.from({ length: LATER }, (_, i) => ['after.it', { i }, { note: `n${i % 10}` }]),
  );
}

describe('where the stack of the host ends while an event is executed', () => {
  test('every event is accounted for, what is stored can be read, and later events are recorded', async () => {
    for (let offset = 0; offset < OFFSETS; offset++) {
      const { lab } = bench();
      const experiment = await lab.startExperiment({ name: 'a' });
      overflowNearTheEnd((depth) => experiment.execute('deep.step', { depth }, { note: `n${depth}` }), offset);
      await expectBalanced(experiment);
      await expectStillRecording(experiment);
    }
  });

  test.each<SamplingOptions>([
    { method: 'stratified', by: 'metadata.kind', probabilities: { a: 0.5 } },
    { method: 'adaptive', target: 1 },
    { method: 'reservoir', size: 200 },
  ])('sampled events are accounted for too, and no torn one is kept: $method', async (sampling) => {
    for (let offset = 0; offset < OFFSETS; offset++) {
      const { lab } = bench();
      const experiment = await lab.startExperiment({ name: 'a', sampling });
      const act = (depth: number) =>
        experiment.execute(
          'deep.step',
          { depth },
          { note: `n${depth}`, kind: depth % 2 ? 'a' : 'b', sample_id: `${depth}` },
        );
      overflowNearTheEnd(act, offset);
      for (let i = 0; i < LATER; i++) experiment.execute('deep.step', { depth: i }, { note: `n${i}` });
      await experiment.stop();
      await expectBalanced(experiment);
      const records = await recordsOf(experiment);
      expect(records.length).toBeGreaterThan(100);
      for (const { measurements, metadata, inclusion_probability: p } of records) {
        expect(metadata.note).toBe(`n${String(measurements.depth)}`);
        expect(p! > 0 && p! <= 1).toBe(true);
      }
    }
  });

  test('one experiment bears it again and again, with columns and nested values that come up only then', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    let count = 0;
    for (let offset = 0; offset < OFFSETS; offset++) {
      const act = (depth: number) => {
        count++;
        experiment.execute(
          `deep.step${count % 50}`,
          { depth, maybe: count % 3 === 0 ? null : count },
          { [`key${count % 300}`]: `t${count}`, inner: { [`k${count % 7}`]: [count] } },
        );
      };
      overflowNearTheEnd(act, offset);
    }
    await expectBalanced(experiment);
    await expectStillRecording(experiment);
  });

  test('it holds with sampling, enrichers and redaction too', async () => {
    for (let offset = 0; offset < OFFSETS; offset++) {
      const { lab } = bench();
      const experiment = await lab.startExperiment({
        name: 'a',
        sampling: { rate: 0.5 },
        redact: ['trace_id'],
        enrichers: [(record) => ({ model: 'm', seen: record.event_name })],
      });
      overflowNearTheEnd((depth) => experiment.execute('deep.step', { depth }, { trace_id: `t${depth}` }), offset);
      await expectBalanced(experiment);
      const before = experiment.ledger();
      for (let i = 0; i < LATER; i++) experiment.execute('after.it', { i });
      const after = experiment.ledger();
      expect(after.stored + after.sampled_out - before.stored - before.sampled_out).toBe(LATER);
      await expectBalanced(experiment);
    }
  });

  test('events that a getter executes are accounted for as well', async () => {
    for (let offset = 0; offset < OFFSETS; offset++) {
      const { lab } = bench();
      const experiment = await lab.startExperiment({ name: 'a' });
      const act = (depth: number) =>
        experiment.execute('deep.step', {
          depth,
          get inner() {
            experiment.execute('deep.inner', { depth });
            return depth;
          },
        });
      overflowNearTheEnd(act, offset);
      await expectBalanced(experiment);
      await expectStillRecording(experiment);
    }
  });

  test('events of the bus are accounted for as well, and the bus goes on', async () => {
    for (let offset = 0; offset < OFFSETS; offset++) {
      const { lab, bus } = bench();
      const experiment = await lab.startExperiment({ name: 'a' });
      overflowNearTheEnd((depth) => bus.execute('deep.step', { depth }, { note: `n${depth}` }), offset);
      await expectBalanced(experiment);
      const { stored } = experiment.ledger();
      for (let i = 0; i < LATER; i++) bus.execute('after.it', { i });
      expect(experiment.ledger().stored).toBe(stored + LATER);
      await expectStillRecording(experiment);
    }
  });

  test('what was stored before stays what it was', async () => {
    for (let offset = 0; offset < OFFSETS; offset++) {
      const { lab } = bench();
      const experiment = await lab.startExperiment({ name: 'a' });
      experiment.execute('first.one', { a: null, b: 1 }, { c: null, d: 'x' });
      overflowNearTheEnd((depth) => {
        experiment.execute('deep.step', { a: depth, b: `${depth}` }, { c: `n${depth}`, d: depth });
      }, offset);
      const [first] = await recordsOf(experiment);
      expect([first!.measurements, first!.metadata]).toEqual([
        { a: null, b: 1 },
        { c: null, d: 'x' },
      ]);
      await expectBalanced(experiment);
    }
  });
});
