import { expect, test } from 'vitest';
import { defineEvent, similarEvent, standardEvents } from '../../src/events/registry.ts';
import { warningsOf } from '../bus/recorder.ts';
import { bench, namesOf } from '../lab/bench.ts';

test('a name that is almost a standard one is warned of once, and its events are kept', async () => {
  const { lab, bus } = bench();
  const [one, other] = [await lab.startExperiment({ name: 'a' }), await lab.startExperiment({ name: 'b' })];
  const warnings = await warningsOf(() => {
    for (let i = 0; i < 3; i++) {
      for (const experiment of [one, other]) {
        experiment.run(() => bus.execute('req_llm.request.stpo', { duration: 1 }));
        experiment.execute('crucible_train.epochs.stop');
        experiment.execute('req_llm.request.stop');
        experiment.execute('my_app.request.stop');
      }
    }
  });
  expect(warnings).toEqual([
    'An event req_llm.request.stpo was executed, which nobody defined. Did you mean req_llm.request.stop? If not, defineEvent makes it known.',
    'An event crucible_train.epochs.stop was executed, which nobody defined. Did you mean crucible_train.epoch.stop? If not, defineEvent makes it known.',
  ]);
  expect(await namesOf(one)).toHaveLength(12);
});

test('a name that is defined is meant', async () => {
  defineEvent('altar.tools.stop', { category: 'tool', description: 'Several tools ended.' });
  const { lab } = bench();
  const experiment = await lab.startExperiment({ name: 'a' });
  expect(await warningsOf(() => experiment.execute('altar.tools.stop'))).toEqual([]);
});

test('no standard name is taken for another', () => {
  expect(standardEvents().map(similarEvent).filter(Boolean)).toEqual([]);
});
