import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { WatchAnomaliesOptions, WatchedAnomaly } from '../../src/analysis/anomalies/anomaly-watch.ts';
import { createBus } from '../../src/bus/bus.ts';
import type { Experiment } from '../../src/lab/experiment.ts';
import { createCrucible } from '../../src/lab/lab.ts';
import { EwmaDetector } from '../../src/stats/anomalies/ewma-detector.ts';
import { WindowDetector } from '../../src/stats/anomalies/window-detector.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { bench, codeOf } from './bench.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'crucible-watch-'));
  folders.push(path);
  return path;
}

const usual = (i: number): number => 100 + ((i * 37) % 29);

function request(experiment: Experiment, duration: number, metadata: object = {}): void {
  experiment.execute('req_llm.request.stop', { duration }, { model: 'm', ...metadata });
}

/** Watches from now on; what it found comes when the watch has ended. */
function watching(experiment: Experiment, options: WatchAnomaliesOptions = {}, signal?: AbortSignal) {
  const anomalies = experiment.watchAnomalies(options, signal && { signal });
  const first = anomalies.next();
  return async (): Promise<WatchedAnomaly[]> => {
    const found: WatchedAnomaly[] = [];
    for (let step = await first; !step.done; step = await anomalies.next()) found.push(step.value);
    return found;
  };
}

const samples = (found: readonly WatchedAnomaly[]) => found.map(({ sample_id }) => sample_id);

describe.each([
  ['memory', () => memoryStore()],
  ['local', () => localStore({ dir: folder() })],
])('watching the anomalies of an experiment in a %s store', (_, open) => {
  it('tells each as it comes, with what it is held against, and ends when the experiment stops', async () => {
    const { lab } = bench({ store: open() });
    const experiment = await lab.startExperiment({ name: 'a' });
    const anomalies = experiment.watchAnomalies();
    const first = anomalies.next();
    for (let i = 0; i < 60; i++) request(experiment, usual(i));
    request(experiment, 9000, { sample_id: 'spike' });
    const { value, done } = await first;
    expect(done).toBe(false);
    expect(value).toMatchObject({
      event: 'req_llm.request',
      metric: 'latency_ms',
      value: 9000,
      sample_id: 'spike',
      threshold: 3.5,
      record: { event_name: 'req_llm.request.stop', latency_ms: 9000, model: 'm' },
    });
    expect(value!.score).toBeGreaterThan(3.5);
    expect(value!.event_id).toBe(value!.record.event_id);
    await experiment.stop();
    expect(await anomalies.next()).toEqual({ value: undefined, done: true });
    await lab.close();
  });

  it('follows every writer, and judges by what was there before without telling it again', async () => {
    const store = open();
    const { lab, clock } = bench({ store });
    const experiment = await lab.startExperiment({ name: 'a' });
    for (let i = 0; i < 60; i++) request(experiment, i === 50 ? 9000 : usual(i), { sample_id: `early ${i}` });
    clock.advance(1000);
    const other = createCrucible({ store, clock, bus: createBus() });
    const found = watching(experiment);
    const joined = await other.joinExperiment(experiment.id);
    request(joined, 9000, { sample_id: 'of another' });
    request(experiment, 9000, { sample_id: 'of its own' });
    await joined.stop();
    expect(samples(await found()).sort()).toEqual(['of another', 'of its own']);
    await lab.close();
  });

  it('ends quietly when the signal aborts, when the lab is closed, and when the experiment is removed', async () => {
    const store = open();
    const { lab } = bench({ store });
    const experiment = await lab.startExperiment({ name: 'a' });
    const abort = new AbortController();
    const aborted = watching(experiment, {}, abort.signal);
    abort.abort();
    expect(await aborted()).toEqual([]);
    expect(await watching(experiment, {}, AbortSignal.abort())()).toEqual([]);
    const removed = watching(experiment);
    await experiment.delete();
    expect(await removed()).toEqual([]);
    const last = await lab.startExperiment({ name: 'b' });
    const closed = watching(last);
    await lab.close();
    expect(await closed()).toEqual([]);
  });
});

describe('what is watched', () => {
  async function watched(
    options: WatchAnomaliesOptions,
    emit: (experiment: Experiment) => void,
  ): Promise<WatchedAnomaly[]> {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const found = watching(experiment, options);
    emit(experiment);
    await experiment.stop();
    return found();
  }
  const stream = (experiment: Experiment) => {
    for (let i = 0; i < 300; i++) request(experiment, i % 90 === 89 ? usual(i) * 3 : usual(i), { sample_id: `${i}` });
  };

  it.each([
    [{ method: 'mad' }, new WindowDetector({ method: 'mad', scale: 'log' })],
    [{ method: 'z', lastN: 50, warmUp: 40 }, new WindowDetector({ method: 'z', scale: 'log', window: 50, warmUp: 40 })],
    [{ method: 'iqr', scale: 'linear', threshold: 4 }, new WindowDetector({ method: 'iqr', threshold: 4 })],
    [{ method: 'ewma', weight: 0.1 }, new EwmaDetector({ weight: 0.1, scale: 'log' })],
  ] as const)('is judged as the streaming detector judges it: %j', async (options, detector) => {
    const values = Array.from({ length: 300 }, (_, i) => (i % 90 === 89 ? usual(i) * 3 : usual(i)));
    const expected = values.flatMap((value, i) => {
      const { flagged, score } = detector.update(value);
      return flagged ? [[`${i}`, score]] : [];
    });
    expect(expected.length).toBeGreaterThan(1);
    const found = await watched(options, stream);
    expect(found.map(({ sample_id, score }) => [sample_id, score])).toEqual(expected);
    expect(found[0]!.threshold).toBe(detector.threshold);
  });

  it('is each operation by itself, without failures and what only begins', async () => {
    const found = await watched({}, (experiment) => {
      for (let i = 0; i < 100; i++) {
        request(experiment, usual(i));
        experiment.execute('crucible_deployment.inference.stop', { duration: usual(i) / 100 });
      }
      request(experiment, 9000, { success: false, sample_id: 'failed' });
      experiment.execute<string>('req_llm.request.start', { duration: 9000 }, { sample_id: 'begun' });
      experiment.execute('my_app.step.stop', { duration: 9000 }, { sample_id: 'no request' });
      experiment.execute('crucible_deployment.inference.stop', { duration: 100 }, { sample_id: 'slow inference' });
    });
    expect(found.map(({ event, sample_id }) => [event, sample_id])).toEqual([
      ['crucible_deployment.inference', 'slow inference'],
    ]);
  });

  it('may be any number of any operation, and only some records', async () => {
    const options: WatchAnomaliesOptions = {
      metric: 'measurements.depth',
      event: 'my_app.step',
      where: { cohort: 'new' },
    };
    const found = await watched(options, (experiment) => {
      const step = (depth: number, cohort: string, sample_id = '') =>
        experiment.execute('my_app.step.stop', { depth }, { cohort, sample_id });
      for (let i = 0; i < 60; i++) step(10 + (i % 5), 'new');
      step(1000, 'old', 'old');
      step(1000, 'new', 'new');
      request(experiment, 1e6);
    });
    expect(samples(found)).toEqual(['new']);
  });

  it.each([
    [999, ['spike']],
    [1000, []],
  ])('takes memory for a thousand operations, those seen last: after %i others', async (others, expected) => {
    const name = (i: number) => `my_app.step_${i}.stop`;
    const { lab } = bench();
    const requestEvents = Array.from({ length: 1001 }, (_, i) => name(i));
    const experiment = await lab.startExperiment({ name: 'a', requestEvents });
    const found = watching(experiment);
    for (let i = 0; i < 60; i++) experiment.execute(name(0), { duration: usual(i) });
    for (let i = 1; i <= others; i++) experiment.execute(name(i), { duration: 100 });
    experiment.execute(name(0), { duration: 9000 }, { sample_id: 'spike' });
    await experiment.stop();
    expect(samples(await found())).toEqual(expected);
  });

  it.each([
    [{ metric: 'model' }, 'unknown_field'],
    [{ method: 'cusum' }, 'invalid_argument'],
    [{ method: 'ewma', lastN: 50 }, 'invalid_argument'],
    [{ weight: 0.1 }, 'invalid_argument'],
    [{ lastN: 2 }, 'invalid_argument'],
    [{ threshold: 0 }, 'invalid_argument'],
    [{ where: { nobody: 1 } }, 'unknown_field'],
    [{ limit: 5 }, 'invalid_argument'],
  ])('is refused where it makes no sense: %j', async (options, code) => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const next = () => experiment.watchAnomalies(options as WatchAnomaliesOptions).next();
    expect(await codeOf(next)).toBe(code);
  });

  it.each([{ signal: 5 }, { signal: null }, { signal: new AbortController() }, { sginal: undefined }, 5, null])(
    'is refused with its first step where what ends it is no signal: %j',
    async (until) => {
      const { lab } = bench();
      const experiment = await lab.startExperiment({ name: 'a' });
      const anomalies = experiment.watchAnomalies({}, until as object);
      expect(await codeOf(() => anomalies.next())).toBe('invalid_argument');
      expect(await anomalies.next()).toEqual({ done: true, value: undefined });
    },
  );
});

describe('another process', () => {
  it('may be what writes, through rotated and sealed segments, until it stops the experiment', async () => {
    const dir = folder();
    const lab = createCrucible({ store: localStore({ dir }) });
    const experiment = await lab.startExperiment({ name: 'a', id: 'live' });
    const found = watching(experiment);
    const write = async (requests: number, ending: string) => {
      const writer = join(import.meta.dirname, 'spiking-writer.js');
      const args = [writer, dir, 'live', String(requests), ending];
      const [code] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
      expect(code).toBe(0);
    };
    await write(120, 'close');
    await write(80, 'stop');
    expect(samples(await found())).toEqual(['close-120', 'stop-80']);
    await lab.close();
  });
});
