import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import { expectClose } from '../close.ts';
import { ask, experiment, metricOf, only } from './arms.ts';

/** Rows that carry the probability with which they were kept, as an enricher or another sampler writes it. */
const kept = (
  values: readonly number[],
  probability: (i: number) => number,
  sample: (i: number) => number | undefined,
) => values.map((hits, i) => ({ ...ask(sample(i), { hits }), fields: { inclusion_probability: probability(i) } }));

const FIRST = [10, 12, 9, 30, 11, 14];
const SECOND = [13, 15, 12, 33, 16, 40];
const options = { metrics: [{ name: 'hits', value: 'measurements.hits', better: 'higher' as const }] };

describe('sampled values', () => {
  it('are weighted: Hájek means with the errors of ratios, by Welch (R)', async () => {
    const none = () => undefined;
    const found = await metricOf(
      'hits',
      kept(FIRST, (i) => (i === 3 ? 1 : 0.1), none),
      kept(SECOND, (i) => (i === 3 || i === 5 ? 1 : 0.1), none),
      options,
    );
    expectClose(found, {
      design: 'unpaired',
      estimate: 3.502801120448179,
      standard_error: 1.5827003498964,
      p_value: 0.053687780614037,
      ci: { low: -0.0685505097194552, high: 7.074152750615814 },
      test: "difference of Hájek means by Welch's t",
    });
    expect(found.warnings.join()).toContain('sampled');
  });

  it('with one probability are weighted as if there were none', async () => {
    const none = () => undefined;
    const weighted = await metricOf(
      'hits',
      kept(FIRST, () => 0.2, none),
      kept(SECOND, () => 0.2, none),
      options,
    );
    const plain = await metricOf(
      'hits',
      kept(FIRST, () => 1, none),
      kept(SECOND, () => 1, none),
      options,
    );
    expect(plain.test).toBe('Welch two-sample t-test');
    expectClose(weighted, {
      estimate: plain.estimate,
      p_value: plain.p_value,
      ci: { low: plain.ci!.low, high: plain.ci!.high },
    });
  });

  it('that were kept or left with their pair stay pairs', async () => {
    const found = await metricOf(
      'hits',
      kept(
        FIRST,
        () => 0.2,
        (i) => i,
      ),
      kept(
        SECOND,
        () => 0.2,
        (i) => i,
      ),
      options,
    );
    expect(found).toMatchObject({ design: 'paired', test: 'Paired t-test', n: { pairs: 6 } });
  });

  it('that were torn from their pair are groups of rows, clustered by sample', async () => {
    const found = await metricOf(
      'hits',
      kept(
        FIRST,
        () => 0.2,
        (i) => i,
      ),
      kept(
        SECOND,
        () => 0.2,
        (i) => i + 2,
      ),
      options,
    );
    expect(found).toMatchObject({ design: 'unpaired', cluster_by: 'sample_id' });
    expect(found.warnings.join()).toContain('sampled');
  });

  it('do not hide that the treatment lost its hardest samples', async () => {
    const level = (i: number) => 10 + i + (i % 3);
    const all = Array.from({ length: 100 }, (_, i) => level(99 - i));
    const both = [
      kept(
        all,
        () => 0.5,
        (i) => i,
      ),
      kept(
        all.slice(0, 80),
        () => 0.5,
        (i) => i,
      ),
    ] as const;
    const found = await metricOf('hits', ...both, options);
    expect(found.p_value).toBeLessThan(0.05);
    expect(found).toMatchObject({
      verdict: 'inconclusive',
      missing: { treatment: { absent: 20 } },
      sensitivity: { could_flip: true },
    });
  });

  it('are refused by the permutation test, with the reason', async () => {
    const runs = ['control', 'treatment'].flatMap((condition) =>
      [0, 1, 2].map((seed) =>
        experiment(
          condition,
          kept(
            condition === 'control' ? FIRST : SECOND,
            (i) => 1 / (1 + i + seed),
            () => undefined,
          ),
          {
            id: `${condition}${seed}`,
          },
        ),
      ),
    );
    const metrics = [{ ...options.metrics[0]!, kind: 'replicate' as const }];
    const { over_replicates, p_value } = only(await compareExperiments(await Promise.all(runs), { metrics }), 'hits');
    expect(p_value).not.toBeNull();
    expect(over_replicates!.permutation_p_value).toBeNull();
    expect(over_replicates!.reasons.join()).toContain('No permutation test: sampled values are weighted');
  });
});
