import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../src/analysis/comparison/compare.ts';
import type { CompareOptions } from '../../src/analysis/comparison/compare-options.ts';
import { correctionText, coverText, pairedByText, replicateCounts } from '../../src/report/comparison/design-texts.ts';
import { ask, experiment } from '../analysis/comparison/arms.ts';

const SEEDS = ['1', '2', '3', '4', '5'];

/** Five seeds of two optimizers, of which one never got to a loss, each with a few requests. */
async function seeds(options: CompareOptions = {}) {
  const runs = (['control', 'treatment'] as const).flatMap((condition, arm) =>
    SEEDS.map((replicate, i) =>
      experiment(
        condition,
        [
          ...(arm === 1 && i === 4
            ? []
            : [{ name: 'crucible_train.epoch.stop', at: 1, m: { loss: 0.5 + i / 10 - (arm * (1 + (i % 2))) / 10 } }]),
          ...[0, 1, 2].map((q) =>
            ask(`${replicate}-${q}`, { duration: 100 + 7 * q + 10 * i * arm + i }, { success: true }),
          ),
        ],
        { id: `${condition}-${replicate}`, replicate },
      ),
    ),
  );
  return compareExperiments(await Promise.all(runs), options);
}

describe('what was paired', () => {
  const textOf = async (options: CompareOptions) => {
    const comparison = await seeds(options);
    return pairedByText(comparison, Object.values(comparison.comparisons[0]!.metrics));
  };

  it('is told of replicates as of samples, and metric by metric where it differs', async () => {
    expect(await textOf({ metrics: ['loss'] })).toBe('replicate');
    expect(await textOf({ metrics: ['latency_ms'] })).toBe('sample_id');
    expect(await textOf({ metrics: ['loss', 'latency_ms', 'success_rate'] })).toBe(
      'replicate: loss; sample_id: latency_ms, success_rate',
    );
    expect(await textOf({ metrics: ['latency_ms'], pairBy: 'trace_id' })).toBe('nothing: the arms share no trace_id');
  });
});

describe('the mean of an arm', () => {
  it('says how many of its runs it covers where that is not all', async () => {
    const comparison = await seeds({ metrics: ['loss', 'latency_ms'] });
    const { loss, latency_ms } = comparison.comparisons[0]!.metrics;
    expect(replicateCounts(comparison)).toEqual([5, 5]);
    expect(loss!.n).toMatchObject({ baseline: 4, treatment: 4 });
    expect(coverText(loss!, 'baseline', 5)).toBe(' (4 of 5 runs)');
    expect(coverText(loss!, 'baseline', 4)).toBe('');
    expect(coverText(latency_ms!, 'baseline', 5)).toBe('');
  });
});

describe('what is said of a correction', () => {
  const metrics = ['loss', 'latency_ms'];

  it('is how many p-values it was of, margins apart, and that intervals are not corrected', async () => {
    expect(correctionText(await seeds({ metrics: ['loss'] }))).toBe('');
    expect(correctionText(await seeds({ metrics }))).toBe(
      '2 p-values of differences are corrected together (holm), so that an interval may leave out 0 where the verdict is inconclusive',
    );
    expect(correctionText(await seeds({ metrics, margin: { latency_ms: 0.1 } }))).toContain(
      '2 p-values of differences and that of a margin with them are corrected together (holm)',
    );
    expect(correctionText(await seeds({ metrics, margin: { latency_ms: 0.1, loss: 0.01 } }))).toContain(
      '2 p-values of differences and those of 2 margins with them',
    );
    expect(correctionText(await seeds({ metrics, correction: 'none' }))).toBe(
      'the p-values of 2 comparisons are not corrected either',
    );
  });
});
