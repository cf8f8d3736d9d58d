import { describe, expect, it } from 'vitest';
import { fieldIndex } from '../../src/record/fields.ts';
import { warningsOf } from '../bus/recorder.ts';
import { bench, expectBalanced, recordsOf } from './bench.ts';

const NO_PROBABILITIES = [0, -1, -0.9, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e-320, '0.5', 0n];
const request = (i: number) => ({
  name: 'req_llm.request.stop',
  timestamp: i,
  measurements: { duration: 10 + i },
  metadata: { success: true },
});

describe('an inclusion probability that is none', () => {
  it('is not kept, whether it is ingested or added, and is told once', async () => {
    const { lab } = bench();
    const warnings = await warningsOf(async () => {
      for (const given of NO_PROBABILITIES) {
        const inclusion_probability = given as number;
        const ingesting = await lab.startExperiment({ name: 'ingesting' });
        ingesting.ingest({ ...request(1), inclusion_probability });
        const enriching = await lab.startExperiment({
          name: 'enriching',
          enrichers: [() => ({ inclusion_probability })],
        });
        enriching.execute('req_llm.request.stop', { duration: 10 });
        for (const experiment of [ingesting, enriching]) {
          await expectBalanced(experiment);
          expect(
            (await recordsOf(experiment)).map((own) => own.inclusion_probability),
            String(given),
          ).toEqual([null]);
          expect((await experiment.metrics()).weighted).toBeNull();
        }
      }
    });
    expect(warnings).toEqual([
      'An event was given the inclusion_probability 0, which is no number above 0 and at most 1; it is left out.',
    ]);
  });

  it('leaves to the sampling of the experiment what its events weigh', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a', sampling: { rate: 1 } });
    experiment.ingest({ ...request(1), inclusion_probability: -1 });
    experiment.ingest({ ...request(2), inclusion_probability: 0.5 });
    expect((await recordsOf(experiment)).map((own) => own.inclusion_probability)).toEqual([1, 0.5]);
  });

  it('of a record that is stored already counts as 1 in every analysis', async () => {
    const { lab, store } = bench();
    const start = (condition: string) => lab.startExperiment({ name: condition, study: 's', condition });
    const [sound, spoilt] = [await start('control'), await start('treatment')];
    const stored = NO_PROBABILITIES.filter((given) => typeof given === 'number');
    for (const [i, given] of [0.5, 0.25, ...stored].entries()) {
      sound.ingest({ ...request(i), inclusion_probability: i < 2 ? given : 1 });
      spoilt.ingest({ ...request(i), inclusion_probability: i < 2 ? given : 1 });
    }
    // As a release before this check stored them.
    for await (const batch of store.scan(spoilt.id)) {
      const column = batch.columns[fieldIndex('inclusion_probability')]!;
      for (const [i, given] of stored.entries()) column.setNumber(i + 2, given);
    }
    expect((await recordsOf(spoilt)).map((own) => own.inclusion_probability)).toEqual([0.5, 0.25, ...stored]);
    expect(await spoilt.metrics()).toEqual(await sound.metrics());
    expect((await spoilt.metrics()).weighted!.requests.estimate).toBe(2 + 4 + stored.length);
    const windows = async (experiment: typeof sound) =>
      (await experiment.windowedMetrics({ size: { seconds: 1 } })).windows;
    expect(await windows(spoilt)).toEqual(await windows(sound));
    const { comparisons } = await lab.compare({ study: 's' }, { resamples: 200 });
    // A ratio.
    expect(comparisons[0]!.metrics.latency_ms!.estimate).toBe(1);
    expect((await lab.report({ study: 's' }, { format: 'markdown' })).text).toContain('latency');
  });
});
