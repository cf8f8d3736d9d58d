import { describe, expect, it } from 'vitest';
import { TrainingSeries } from '../../../src/experiment/streaming/training-series.ts';

function seriesOf(...given: readonly (readonly [string, number])[]): TrainingSeries {
  const series = new TrainingSeries();
  for (const [name, value] of given) series.add(name, value);
  return series;
}

const BATCHES = [
  ['crucible_train.batch.stop', 9],
  ['crucible_train.batch.stop', 5],
] as const;
const EPOCHS = [['crucible_train.epoch.stop', 2]] as const;

describe('a series of a training field', () => {
  it('is of batches until an epoch speaks, and of epochs from then on', () => {
    expect(seriesOf().summary()).toMatchObject({ count: 0, event: null });
    expect(seriesOf(...BATCHES).summary()).toMatchObject({ count: 2, event: 'crucible_train.batch' });
    const summary = seriesOf(...BATCHES, ...EPOCHS, ...BATCHES).summary();
    expect(summary).toMatchObject({ count: 1, min: 2, max: 2, event: 'crucible_train.epoch' });
  });

  it('comes to the same whichever part takes in the other', () => {
    for (const parts of [
      [seriesOf(...BATCHES), seriesOf(...EPOCHS)],
      [seriesOf(...EPOCHS), seriesOf(...BATCHES)],
    ] as const) {
      parts[0].merge(parts[1]);
      parts[0].add('crucible_train.batch.stop', 100);
      expect(parts[0].summary()).toMatchObject({ count: 1, max: 2, event: 'crucible_train.epoch' });
    }
    const batches = seriesOf(...BATCHES);
    batches.merge(seriesOf(...BATCHES));
    expect(batches.summary()).toMatchObject({ count: 4, event: 'crucible_train.batch' });
  });
});
