import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import { expectClose } from '../close.ts';
import { ask, experiment, only } from './arms.ts';

const SGD = [0.412, 0.398, 0.421, 0.405, 0.417];
const ADAM = [0.371, 0.366, 0.389, 0.362, 0.38];

/** Runs with a validation loss each, under the name of their seed or none. */
const runs = (condition: string, losses: readonly number[], replicateOf: (i: number) => string | undefined) =>
  losses.map((value, i) => {
    const replicate = replicateOf(i);
    const id = `${condition}${i}`;
    const logged = [{ metric: 'val_loss', value }];
    return experiment(condition, [], { id, ...(replicate !== undefined && { replicate }), logged });
  });
const seed = (i: number) => `seed-${i}`;
const compare = async (adam: readonly number[], replicateOf: (i: number) => string | undefined) =>
  compareExperiments(await Promise.all([...runs('sgd', SGD, replicateOf), ...runs('adam', adam, replicateOf)]), {
    baseline: 'sgd',
    metrics: ['val_loss'],
  });

describe('a replicate that is in an arm twice', () => {
  const rerun = (i: number) => seed(i === 5 ? 2 : i);

  it('counts once, by the mean of its runs, and stays in its pair (R: t.test, paired)', async () => {
    const found = only(await compare([...ADAM, 0.399], rerun), 'val_loss');
    expectClose(found, {
      design: 'paired',
      n: { baseline: 5, treatment: 5, pairs: 5 },
      estimate: -0.036,
      p_value: 0.0002529098424815149,
      // The least that 5 pairs allow: 2 of 2^5 signs.
      over_replicates: { permutation_p_value: 0.0625 },
    });
  });

  it('changes nothing where the rerun came to the same', async () => {
    const [once, twice] = [await compare(ADAM, seed), await compare([...ADAM, ADAM[2]!], rerun)];
    const { arms: _, ...expected } = only(once, 'val_loss');
    expect(only(twice, 'val_loss')).toMatchObject(expected);
    expect(once.warnings).toEqual([]);
    expect(twice.warnings).toEqual([
      'adam has replicate seed-2 twice: its runs are averaged and count as one replicate.',
    ]);
  });

  it('is the run that has a value where the other has none', async () => {
    const found = only(await compare([...ADAM, Number.NaN], rerun), 'val_loss');
    expect(found).toMatchObject({ n: { pairs: 5 }, missing: { treatment: {} }, sensitivity: null });
  });

  it('is one cluster of requests without a sample', async () => {
    const day = (condition: string, id: string, replicate: string, add: number) =>
      experiment(
        condition,
        [1, 2, 3].map((duration) => ask(undefined, { duration: duration + add })),
        { id, replicate },
      );
    const result = await compareExperiments(
      await Promise.all([
        day('control', 'a', 'monday', 0),
        day('control', 'b', 'tuesday', 1),
        day('treatment', 'c', 'monday', 2),
        day('treatment', 'd', 'tuesday', 3),
        day('treatment', 'e', 'tuesday', 5),
      ]),
    );
    expect(only(result, 'latency_ms')).toMatchObject({ cluster_by: 'replicate', n: { clusters: 4 } });
  });
});

it('runs without names of replicates are different ones', async () => {
  const result = await compare([...ADAM, ADAM[2]!], () => undefined);
  expect(only(result, 'val_loss')).toMatchObject({ design: 'unpaired', n: { baseline: 5, treatment: 6 } });
  expect(result.warnings).toEqual([]);
});

describe('samples that several replicates answered', () => {
  const answered = (condition: string, seeds: number, add: number) =>
    Promise.all(
      Array.from({ length: seeds }, (_, own) =>
        experiment(
          condition,
          [4, 7, 5, 9].map((duration, i) => ask(i, { duration: duration + add * (i + own) })),
          { id: `${condition}${own}`, replicate: seed(own) },
        ),
      ),
    );
  const assumptionsOf = async (first: number, second: number) =>
    only(
      await compareExperiments([...(await answered('control', first, 0)), ...(await answered('treatment', second, 1))]),
      'latency_ms',
    ).assumptions.filter((text) => text.includes('generalises'));

  it('have an interval that is said to be about other samples, not about other replicates', async () => {
    expect(await assumptionsOf(3, 3)).toEqual([expect.stringContaining('over samples, not over replicates')]);
    expect(await assumptionsOf(1, 3)).toHaveLength(1);
    expect(await assumptionsOf(1, 1)).toEqual([]);
  });
});
