import type { ExperimentComparison, MetricComparison } from '../../analysis/comparison/comparison-result.ts';

/** How the p-values of several comparisons were corrected, as the end of a sentence about intervals; empty for one comparison. */
export function correctionText({ correction, family_size, comparisons }: ExperimentComparison): string {
  const primary = comparisons.flatMap(({ metrics }) => Object.values(metrics)).filter(({ role }) => role === 'primary');
  const margins = primary.filter(({ equivalence_p_value: p }) => p !== null).length;
  if (family_size < 2) return '';
  if (correction === 'none') return `the p-values of ${family_size} comparisons are not corrected either`;
  const beside =
    margins === 0 ? '' : ` and ${margins === 1 ? 'that of a margin' : `those of ${margins} margins`} with them`;
  const claims = `${family_size} p-values of differences${beside}`;
  return `${claims} are corrected together (${correction}), so that an interval may leave out 0 where the verdict is inconclusive`;
}

/** What was paired, metric by metric where that differs. */
export function pairedByText({ pair_by }: ExperimentComparison, metrics: readonly MetricComparison[]): string {
  const ways = new Map<string, string[]>();
  for (const { metric, design, kind } of metrics) {
    const way = design === 'unpaired' ? 'not paired' : kind === 'replicate' ? 'replicate' : pair_by;
    const names = ways.get(way) ?? [];
    ways.set(way, names.includes(metric) ? names : [...names, metric]);
  }
  const [only] = ways.keys();
  if (only === undefined) return `${pair_by}, wherever both arms share one`;
  if (ways.size === 1) return only === 'not paired' ? `nothing: the arms share no ${pair_by}` : only;
  return [...ways].map(([way, names]) => `${way}: ${names.join(', ')}`).join('; ');
}

/** How many replicates each arm has, the baseline first. */
export function replicateCounts({ arms }: ExperimentComparison): number[] {
  return arms.map(({ experiments }) => new Set(experiments.map(({ replicate }) => replicate)).size);
}

/** Said beside a mean over replicates of which some are not in it: ` (4 of 5 runs)`. */
export function coverText({ kind, n }: MetricComparison, side: 'baseline' | 'treatment', replicates: number): string {
  return kind === 'replicate' && n[side] < replicates ? ` (${n[side]} of ${replicates} runs)` : '';
}

/** What makes data interim, and how to go on without it where there are several treatments. */
export function interimText({ interim_reasons, comparisons }: ExperimentComparison): string {
  const without = 'To leave an unfinished arm out, name the other experiments instead of the study.';
  return [...interim_reasons, ...(comparisons.length > 1 ? [without] : [])].join(' ');
}
