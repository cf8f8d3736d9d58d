import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../src/analysis/comparison/compare.ts';
import { computeMetrics } from '../../src/analysis/metrics.ts';
import { bestDirection } from '../../src/analysis/training/best-direction.ts';
import type { MetricPoint } from '../../src/metrics-store/metrics-store.ts';
import { expectClose } from './close.ts';
import { type Emitted, points, recorded } from './recorded.ts';

async function trainingOf(emitted: readonly Emitted[], logged?: AsyncIterable<MetricPoint>) {
  const { state, batches } = await recorded(emitted);
  return (await computeMetrics({ states: [state], batches, points: logged })).training;
}

function batch(at: number, m: Record<string, unknown>): Emitted {
  return { name: 'crucible_train.batch.stop', at, m };
}

describe('training metrics', () => {
  it('are first, last, best, mean, least and greatest by time, not by arrival', async () => {
    const { loss, accuracy } = await trainingOf([
      batch(30, { loss: 0.5, accuracy: 0.9 }),
      batch(10, { loss: 2, accuracy: 0.1 }),
      batch(40, { loss: 0.8 }),
      batch(20, { loss: 0.3, accuracy: 0.95 }),
    ]);
    expect(loss).toEqual({
      count: 4,
      runs: 1,
      first: 2,
      last: 0.8,
      best: 0.3,
      best_is: 'min',
      mean: 0.9,
      min: 0.3,
      max: 2,
      non_finite: 0,
      diverged: [],
      events: ['crucible_train.batch'],
    });
    expectClose(accuracy, { count: 3, first: 0.1, last: 0.9, best: 0.95, best_is: 'max', mean: 0.65 });
  });

  it('of one time are first and last in the order of arrival', async () => {
    const { loss } = await trainingOf([batch(1, { loss: 1 }), batch(1, { loss: 2 }), batch(1, { loss: 3 })]);
    expect(loss).toMatchObject({ first: 1, last: 3 });
  });

  it('have no best where neither end is better', async () => {
    const { learning_rate, gradient_norm } = await trainingOf([batch(1, { learning_rate: 0.1, gradient_norm: 3 })]);
    expect(learning_rate).toMatchObject({ count: 1, best: null, best_is: null, min: 0.1 });
    expect(gradient_norm).toMatchObject({ count: 1, best: null, best_is: null, max: 3 });
  });

  it('count a diverged loss apart', async () => {
    const { loss } = await trainingOf([
      batch(1, { loss: 1 }),
      batch(2, { loss: Number.NaN }),
      batch(3, { loss: Number.POSITIVE_INFINITY }),
    ]);
    expect(loss).toMatchObject({ count: 1, first: 1, mean: 1, non_finite: 2 });
  });

  it('are null without training events, whose fields other events may have', async () => {
    const { loss, by_epoch } = await trainingOf([{ name: 'my.event', at: 1, m: { loss: 3, epoch: 1 } }]);
    expect(loss).toEqual({
      count: 0,
      runs: 0,
      first: null,
      last: null,
      best: null,
      best_is: 'min',
      mean: null,
      min: null,
      max: null,
      non_finite: 0,
      diverged: [],
      events: [],
    });
    expect(by_epoch).toEqual([]);
  });
});

describe('of several kinds of events', () => {
  const epoch = (at: number, m: Record<string, unknown>): Emitted => ({ name: 'crucible_train.epoch.stop', at, m });
  // Three epochs, in each of which minibatches scatter about what the epoch says in the end.
  const mixed = [1, 2, 3].flatMap((own) => [
    batch(10 * own, { epoch: own, step: 2 * own, loss: 9 - own, learning_rate: 0.1 }),
    batch(10 * own + 1, { epoch: own, step: 2 * own + 1, loss: 0.1 }),
    epoch(10 * own + 2, { epoch: own, loss: 3 / own }),
  ]);
  mixed.push(batch(40, { epoch: 4, loss: 7 }));

  it('the epochs answer alone, and say so', async () => {
    const { loss, learning_rate } = await trainingOf(mixed);
    expectClose(loss, { count: 3, first: 3, last: 1, best: 1, mean: 5.5 / 3, min: 1, max: 3 });
    expect(loss.events).toEqual(['crucible_train.epoch']);
    expect(learning_rate).toMatchObject({ count: 3, events: ['crucible_train.batch'] });
  });

  it('metrics, streaming metrics and the comparison tell one last loss', async () => {
    const runs = await Promise.all(
      ['a', 'b'].map((id) => recorded(mixed, { id, condition: id === 'a' ? 'control' : 'treatment' })),
    );
    const comparison = await compareExperiments(
      runs.map(({ state, batches }) => ({ state, batches })),
      { metrics: ['loss'] },
    );
    const { means, events } = comparison.comparisons[0]!.metrics.loss!;
    const { loss } = await trainingOf(mixed);
    expect(means.baseline).toBe(loss.last);
    expect(events.baseline).toEqual(loss.events);
    const live = runs[0]!.streaming().training;
    expect(live.loss).toMatchObject({ event: 'crucible_train.epoch', count: 3, min: 1, max: 3 });
    expect(live.learning_rate).toMatchObject({ event: 'crucible_train.batch', count: 3 });
  });

  it('of several runs each answers by its own first source', async () => {
    const one = await recorded(mixed, { id: 'a' });
    const two = await recorded([batch(1, { loss: 8 }), batch(2, { loss: 5 })], { id: 'b' });
    const { training } = await computeMetrics({
      states: [one.state, two.state],
      batches: async function* () {
        yield* two.batches();
        yield* one.batches();
      },
    });
    expect(training.loss).toMatchObject({
      count: 5,
      runs: 2,
      first: 5.5,
      last: 3,
      events: ['crucible_train.epoch', 'crucible_train.batch'],
    });
  });
});

describe('by epoch', () => {
  it('takes one event by name where the epoch says nothing', async () => {
    const { by_epoch } = await trainingOf([
      batch(1, { epoch: 1, loss: 4 }),
      { name: 'crucible_train.checkpoint.saved', at: 2, m: { epoch: 1, loss: 1 } },
      { name: 'crucible_train.training.stop', at: 3, m: { epoch: 1, loss: 1 } },
    ]);
    expect(by_epoch).toMatchObject([{ epoch: 1, loss: 4 }]);
  });

  it('takes what epochs report of themselves before what their batches do', async () => {
    const { by_epoch } = await trainingOf([
      batch(1, { epoch: 1, loss: 4, learning_rate: 0.1 }),
      batch(2, { epoch: 1, loss: 2, learning_rate: 0.2 }),
      { name: 'crucible_train.epoch.stop', at: 3, m: { epoch: 1, loss: 2.5, accuracy: 0.5 } },
      batch(4, { epoch: 0, loss: 9 }),
      batch(5, { epoch: 0, loss: 7 }),
      batch(6, { loss: 1000 }),
      { name: 'crucible_train.training.stop', at: 7, m: { epoch: 1, loss: 1 } },
    ]);
    expectClose(by_epoch, [
      { epoch: 0, loss: 8, accuracy: null, learning_rate: null, gradient_norm: null },
      { epoch: 1, loss: 2.5, accuracy: 0.5, learning_rate: 0.15, gradient_norm: null },
    ]);
    expect(by_epoch).toHaveLength(2);
  });
});

describe('several experiments', () => {
  it('have the means of their first and last values, and the best of all', async () => {
    const one = await recorded([batch(1, { loss: 4, epoch: 0 }), batch(2, { loss: 2, epoch: 1 })], { id: 'a' });
    const two = await recorded([batch(9, { loss: 6, epoch: 0 }), batch(10, { loss: 1, epoch: 1 })], { id: 'b' });
    const { training } = await computeMetrics({
      states: [one.state, two.state],
      batches: async function* () {
        yield* one.batches();
        yield* two.batches();
      },
      points: points({ run_id: 'a', metric: 'val_loss', value: 3 }, { run_id: 'b', metric: 'val_loss', value: 5 }),
    });
    expect(training.loss).toMatchObject({ count: 4, runs: 2, first: 5, last: 1.5, best: 1 });
    expect(training.by_epoch).toMatchObject([
      { epoch: 0, loss: 5 },
      { epoch: 1, loss: 1.5 },
    ]);
    expect(training.logged.val_loss).toMatchObject({ count: 2, runs: 2, first: 4, last: 4, best: 3 });
  });
});

describe('logged metrics', () => {
  it('are summed up by name and time', async () => {
    const early = '2025-12-31T00:00:00.000000Z';
    const { logged } = await trainingOf(
      [],
      points(
        { metric: 'val_loss', value: 2 },
        { metric: 'val_loss', value: 1 },
        { metric: 'val_loss', value: 7, timestamp: early },
        { metric: 'val_loss', value: Number.NaN },
        { metric: 'acc/val', value: 0.5 },
        { metric: 'temperature', value: 20 },
      ),
    );
    expect(Object.keys(logged)).toEqual(['acc/val', 'temperature', 'val_loss']);
    expectClose(logged.val_loss, { count: 3, first: 7, best: 1, best_is: 'min', max: 7, non_finite: 1 });
    expect(logged['acc/val']).toMatchObject({ best: 0.5, best_is: 'max' });
    expect(logged.temperature).toMatchObject({ best: null, best_is: null, mean: 20 });
  });
});

describe('a run that diverged', () => {
  const epoch = (at: number, loss: number): Emitted => ({
    name: 'crucible_train.epoch.stop',
    at,
    m: { epoch: at, step: 100 * at, loss },
  });

  it('has no last value, and the epoch and step where it was lost', async () => {
    const { loss } = await trainingOf([epoch(1, 1.5), epoch(2, 0.4), epoch(3, Number.NaN), epoch(4, Number.NaN)]);
    expect(loss).toMatchObject({ first: 1.5, last: null, best: 0.4, diverged: [{ run: 'e1', epoch: 3, step: 300 }] });
  });

  it('is told by time, not by arrival', async () => {
    const { loss } = await trainingOf([epoch(4, Number.NaN), epoch(3, Number.POSITIVE_INFINITY), epoch(1, 1.5)]);
    expect(loss).toMatchObject({ last: null, diverged: [{ epoch: 3 }] });
  });

  it('did not where a finite value came after', async () => {
    for (const order of [
      [1, 2, 3],
      [3, 2, 1],
      [2, 3, 1],
    ]) {
      const { loss } = await trainingOf(order.map((at) => epoch(at, at === 2 ? Number.NaN : at)));
      expect(loss).toMatchObject({ last: 3, diverged: [], non_finite: 1 });
    }
  });

  it('may have had no finite value at all, and be of metric points', async () => {
    const { loss, logged } = await trainingOf(
      [batch(1, { loss: Number.NaN })],
      points({ metric: 'val_loss', value: 2, step: 10 }, { metric: 'val_loss', value: Number.NaN, step: 20 }),
    );
    expect(loss).toMatchObject({ count: 0, last: null, diverged: [{ run: 'e1', epoch: null, step: null }] });
    expect(logged.val_loss).toMatchObject({ last: null, diverged: [{ run: 'e1', epoch: null, step: 20 }] });
  });

  it('leaves several runs without a mean of their last values', async () => {
    const one = await recorded([batch(1, { loss: 4 }), batch(2, { loss: 2 })], { id: 'a' });
    const two = await recorded([batch(1, { loss: 6 }), batch(2, { loss: Number.NaN, step: 7 })], { id: 'b' });
    const { training } = await computeMetrics({
      states: [one.state, two.state],
      batches: async function* () {
        yield* one.batches();
        yield* two.batches();
      },
    });
    expect(training.loss).toMatchObject({
      runs: 2,
      first: 5,
      last: null,
      diverged: [{ run: 'b', epoch: null, step: 7 }],
    });
  });
});

describe('the better end of a metric', () => {
  it.each(['loss', 'val_loss', 'loss/train', 'Loss', 'rmse', 'perplexity', 'brier_score', 'error_rate_loss_epoch'])(
    '%s is least',
    (metric) => expect(bestDirection(metric)).toBe('min'),
  );
  it.each(['accuracy', 'val.accuracy', 'top1_acc', 'acc@1', 'f1', 'exact_match', 'reward/mean'])(
    '%s is greatest',
    (metric) => expect(bestDirection(metric)).toBe('max'),
  );
  it.each(['learning_rate', 'epoch', 'glossary', 'loss_scale', 'fact', '', 'val'])('%s is neither', (metric) =>
    expect(bestDirection(metric)).toBeNull(),
  );
});
