import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import type { CompareOptions, MetricSpec } from '../../../src/analysis/comparison/compare-options.ts';
import { ask, experiment, only } from './arms.ts';

const VALUES = [0.5, 0.4, 0.6, 0.45];

async function losses(options: CompareOptions, planned?: MetricSpec) {
  const runs = ['control', 'treatment'].flatMap((condition, arm) =>
    VALUES.map((value, seed) =>
      experiment(condition, [ask(seed, { duration: 5 + seed + arm })], {
        id: `${condition}-${seed}`,
        replicate: `seed-${seed}`,
        logged: [{ metric: 'val_loss', value: value + 0.001 * arm * seed }],
      }),
    ),
  );
  return compareExperiments(await Promise.all(runs), options, planned);
}

describe('a metric under either of its names', () => {
  it.each(['val_loss', 'logged.val_loss'])('takes margin, smallest effect and role: %s', async (name) => {
    const options = { margin: { [name]: 0.01 }, minimumEffect: { [name]: 0.02 }, primary: [name] };
    const usual = only(await losses(options), 'logged.val_loss');
    const asked = only(await losses({ ...options, metrics: ['val_loss', 'latency_ms'] }), 'val_loss');
    for (const found of [usual, asked]) expect(found).toMatchObject({ role: 'primary', verdict: 'equivalent' });
    expect(only(await losses({ ...options, metrics: ['val_loss', 'latency_ms'] }), 'latency_ms').role).toBe(
      'exploratory',
    );
  });

  it('is in the family once', async () => {
    await expect(losses({ metrics: ['val_loss', 'logged.val_loss'] })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('metrics names "val_loss" and "logged.val_loss", which are the same'),
    });
    const planned = await losses({ metrics: ['logged.val_loss', 'latency_ms'] }, { name: 'val_loss' });
    expect(Object.keys(planned.comparisons[0]!.metrics)).toEqual(['val_loss', 'latency_ms']);
  });

  it.each(['margin', 'minimumEffect'] as const)(
    'that is not compared has no %s, which is said with those that are',
    async (option) => {
      await expect(losses({ metrics: ['val_loss'], [option]: { latency_ms: 0.1 } })).rejects.toMatchObject({
        code: 'invalid_argument',
        message: expect.stringContaining(`${option} names "latency_ms", which is not compared`),
        hint: 'Compared are val_loss.',
      });
    },
  );
});
