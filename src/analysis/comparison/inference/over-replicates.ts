import { permutationTest, permutationTestPaired } from '../../../stats/resampling/permutation.ts';
import { interquartileMeanDifference } from '../../../stats/seeds/interquartile-mean.ts';
import type { OverReplicates } from '../comparison-result.ts';
import type { Arranged } from '../items/arranged.ts';
import type { TestSettings } from './test-items.ts';

const ENOUGH_FOR_IQM = 5;
const ENOUGH_TO_PERMUTE = 2;

/** What few runs allow to say without supposing normality. */
export function overReplicates(
  { design, first, second }: Arranged,
  settings: TestSettings,
  weighted = false,
): OverReplicates {
  const { level, seed, resamples } = settings;
  const fewest = Math.min(first.length, second.length);
  const reasons: string[] = [];
  if (weighted)
    reasons.push('No permutation test: sampled values are weighted, and weighted ones are not exchangeable.');
  if (fewest < ENOUGH_TO_PERMUTE) reasons.push('No permutation test: it needs two replicates in each arm.');
  if (fewest < ENOUGH_FOR_IQM) {
    reasons.push(`No interquartile means: they need ${ENOUGH_FOR_IQM} replicates in each arm.`);
  }
  const permutation =
    weighted || fewest < ENOUGH_TO_PERMUTE
      ? null
      : design === 'paired'
        ? permutationTestPaired(first, second, 'mean', { seed, resamples })
        : permutationTest(first, second, 'mean', { seed, resamples });
  const iqm =
    fewest < ENOUGH_FOR_IQM ? null : interquartileMeanDifference([first], [second], { level, seed, resamples });
  return {
    permutation_p_value: permutation?.p_value ?? null,
    permutation_exact: permutation?.exact ?? false,
    iqm_difference: iqm?.estimate ?? null,
    iqm_ci: iqm?.ci ?? null,
    reasons,
  };
}

/** Whether some of it was drawn at random: the interval of interquartile means is, and a permutation test of more than few runs. */
export function isDrawn(over: OverReplicates | null): boolean {
  return over !== null && (over.iqm_ci !== null || (over.permutation_p_value !== null && !over.permutation_exact));
}
