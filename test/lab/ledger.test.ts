import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Experiment } from '../../src/lab/experiment.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { fakeClock } from '../../src/testing/fake-clock.ts';
import { accountedFor, bench, droppedOf, expectBalanced, recordsOf } from './bench.ts';

type World = ReturnType<typeof bench> & { experiments: Experiment[]; fail(act: () => void): void };
type Operation = { readonly name: string; run(world: World): Promise<void> | void };

const EVENTS = ['req_llm.request.stop', 'a.b', 'a.c'];

/** An experiment of the world, or undefined while it has none. */
const at = <T>(list: readonly T[], i: number): T | undefined => list[i % Math.max(1, list.length)];

type Way = 'run' | 'explicit' | 'ingest' | 'bus';
type Change = 'pause' | 'resume' | 'stop';

const emitting = (which: number, name: string, way: Way, count: number, key: number): Operation => ({
  name: `${count} ${name} by ${way}`,
  run({ bus, experiments }) {
    const experiment = at(experiments, which);
    for (let i = 0; i < count; i++) {
      const metadata = { sample_id: `s${key}-${i}`, value: [i, 'text', { nested: i }, null][i % 4] };
      if (way === 'bus') bus.execute(name, { duration: i }, metadata);
      else if (way === 'run') experiment?.run(() => bus.execute(name, { duration: i }, metadata));
      else if (way === 'explicit') experiment?.execute(name, { duration: i }, metadata);
      else experiment?.ingest({ event_id: `e${key}-${i}`, name, timestamp: i, metadata });
    }
  },
});

const failing = (which: number): Operation => ({
  name: 'an event that cannot be recorded',
  run: ({ bus, experiments, fail }) => fail(() => at(experiments, which)?.run(() => bus.execute('a.b'))),
});

const changing = (which: number, change: Change): Operation => ({
  name: change,
  run: async ({ experiments }) => {
    await at(experiments, which)
      ?.[change]()
      .catch(() => undefined);
  },
});

const starting = (options: object): Operation => ({
  name: `start ${JSON.stringify(options)}`,
  async run({ lab, experiments }) {
    if (experiments.length < 5) experiments.push(await lab.startExperiment({ name: 'a', ...options }));
  },
});

const resetting = (which: number): Operation => ({
  name: 'reset streaming metrics',
  run: ({ experiments }) => at(experiments, which)?.resetStreamingMetrics(),
});

const which = fc.nat(20);
const operations: fc.Arbitrary<Operation> = fc.oneof(
  fc
    .tuple(
      which,
      fc.constantFrom(...EVENTS),
      fc.constantFrom<Way>('run', 'explicit', 'ingest', 'bus'),
      fc.nat(80),
      fc.nat(2),
    )
    .map((given) => emitting(...given)),
  which.map(failing),
  fc.tuple(which, fc.constantFrom<Change>('pause', 'resume', 'stop')).map((given) => changing(...given)),
  fc
    .record(
      {
        events: fc.constantFrom(['a.b'], ['a.b', 'req_llm.request.stop']),
        sampling: fc.constant({ rate: 0.3 }),
        scope: fc.constant('process'),
      },
      { requiredKeys: [] },
    )
    .map(starting),
  which.map(resetting),
);

/** A sequence that meets every reason for dropping an event. */
const everyReason = [
  emitting(0, 'a.b', 'ingest', 2, 0),
  emitting(0, 'a.b', 'ingest', 2, 0),
  failing(0),
  changing(0, 'pause'),
  emitting(0, 'a.b', 'run', 3, 0),
  changing(0, 'resume'),
  emitting(0, 'a.b', 'explicit', 120, 0),
  changing(0, 'stop'),
  emitting(0, 'a.b', 'explicit', 1, 0),
];

/** A world whose clock fails while `fail` acts. */
function createWorld(maxEvents: number | undefined): World {
  let broken = false;
  const ticking = fakeClock();
  const clock = {
    nowMicros() {
      if (broken) throw new Error('no time');
      ticking.advance(1);
      return ticking.nowMicros();
    },
  };
  const store = memoryStore(maxEvents === undefined ? {} : { maxEvents });
  const fail = (act: () => void) => {
    broken = true;
    act();
    broken = false;
  };
  return { ...bench({ store, clock }), experiments: [], fail };
}

test('after any sequence of operations emitted = stored + sampled_out + dropped, and stored is what can be read', async () => {
  const reasons = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(operations, { minLength: 3, maxLength: 25 }),
      fc.constantFrom(undefined, 1, 100),
      async (steps, maxEvents) => {
        const world = createWorld(maxEvents);
        world.experiments.push(await world.lab.startExperiment({ name: 'first' }));
        for (const step of steps) {
          await step.run(world);
          for (const experiment of world.experiments)
            expect(accountedFor(experiment.ledger()), step.name).toBe(experiment.ledger().emitted);
        }
        for (const experiment of world.experiments) {
          await expectBalanced(experiment);
          for (const reason of Object.keys(droppedOf(experiment))) reasons.add(reason);
          const records = await recordsOf(experiment);
          expect(records.map((record) => record.sequence)).toEqual([...records.keys()]);
          expect(new Set(records.map((record) => record.event_id)).size).toBe(records.length);
        }
      },
    ),
    { numRuns: 150, examples: [[everyReason, 100]] },
  );
  expect([...reasons].sort()).toEqual(['capacity', 'duplicate', 'encode', 'paused', 'stopped']);
});

test('every event outside all runs is in a ledger or unattributed, whatever the experiments do', async () => {
  const lives = fc.array(fc.constantFrom('emit', 'run', 'pause', 'resume'), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(lives, fc.boolean(), async (steps, filtered) => {
      const { lab, bus } = bench();
      const experiment = await lab.startExperiment({ name: 'a', ...(filtered ? { events: ['a.b'] } : {}) });
      const keeper = await lab.startExperiment({ name: 'keeps the lab listening', events: ['nothing.else'] });
      let outside = 0;
      for (const step of steps) {
        if (step === 'emit') {
          for (const name of ['a.b', 'a.c']) bus.execute(name);
          outside += 2;
        } else if (step === 'run') experiment.run(() => bus.execute('x.y'));
        else await experiment[step as 'pause']().catch(() => undefined);
      }
      const { emitted } = experiment.ledger();
      const inside = filtered ? 0 : steps.filter((step) => step === 'run').length;
      expect(emitted - inside + lab.ledger().unattributed).toBe(outside);
      expect(keeper.ledger().emitted).toBe(0);
    }),
    { numRuns: 200 },
  );
});
