import { describe, expect, it } from 'vitest';
import { jsonlMetrics } from '../../src/metrics-store/adapters/jsonl/jsonl-metrics.ts';
import { memoryMetrics } from '../../src/metrics-store/adapters/memory/memory-metrics.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { bench } from './bench.ts';

const given = (options: object) => options as never;

describe('an option that does not exist is refused with those that do', () => {
  it.each([
    ['memoryStore', () => memoryStore(given({ maxRecords: 5 })), /memoryStore has no option "maxRecords"/],
    ['memoryMetrics', () => memoryMetrics(given({ time: 1 })), /memoryMetrics has no option "time"/],
    ['jsonlMetrics', () => jsonlMetrics(given({ path: 'x', flush: 1 })), /jsonlMetrics has no option "flush"/],
  ])('%s', (_, open, message) => {
    expect(open).toThrow(message);
  });

  it('resumeExperiment, joinExperiment and archive, and nothing has changed', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'options' });
    await expect(lab.resumeExperiment(experiment.id, given({ enricher: [] }))).rejects.toThrow(
      /has no option "enricher"/,
    );
    await expect(lab.joinExperiment(experiment.id, given({ tags: [] }))).rejects.toThrow(/has no option "tags"/);
    await experiment.stop();
    await expect(experiment.archive(given({ folder: '/nowhere' }))).rejects.toThrow(/archive has no option "folder"/);
    await expect(experiment.archive('/nowhere' as never)).rejects.toThrow(/archive was given "\/nowhere"/);
    expect(experiment.status).toBe('stopped');
  });

  it('a study that is undefined is not every experiment', async () => {
    const { lab } = bench();
    await lab.startExperiment({ name: 'a', condition: 'a' });
    await lab.startExperiment({ name: 'b', condition: 'b' });
    const none = given({ study: undefined });
    for (const call of [() => lab.compare(none), () => lab.analyze(none), () => lab.report(none)]) {
      await expect(call()).rejects.toMatchObject({ code: 'invalid_argument' });
    }
  });
});
