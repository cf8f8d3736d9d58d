import { compareExperiments } from '../../analysis/comparison/compare.ts';
import type { CompareOptions } from '../../analysis/comparison/compare-options.ts';
import type { ExperimentComparison } from '../../analysis/comparison/comparison-result.ts';
import { analyzeExperiments, type HypothesisAnalysis, plannedFirst } from '../../analysis/hypothesis/analyze.ts';
import { computeMetrics } from '../../analysis/metrics.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import { type CurveSource, readCurves } from './curves.ts';
import { distributionOf, type RequestLatencies, readLatencies } from './latencies.ts';
import type { LatencyDistributions, ReportData, ReportSource } from './report-data.ts';

/** When a report is written, of what, and which experiments belong to the studies of those compared. */
export interface ReportFrame {
  readonly now: number;
  readonly alone: boolean;
  readonly study: readonly ExperimentState[];
}

/**
 * Reads all that a report is written from. Two experiments or more are compared; one alone is described. Rejects as `compareExperiments`
 * does, with `nothing_to_compare` where several experiments are asked for and there is one.
 */
export async function readReport(
  sources: readonly ReportSource[],
  options: CompareOptions,
  { title, now, alone, study }: ReportFrame & { readonly title: string | undefined },
): Promise<ReportData> {
  const { comparison, analysis, untested } = alone ? NOTHING : await compared(sources, options, study);
  const labels = comparison ? armLabels(comparison) : new Map<string, string>();
  const unique = [...new Map(sources.map((source) => [source.state.id, source])).values()];
  const sampled = unique.some(({ state }) => state.sampling !== null);
  const runs: (CurveSource & { readonly latencies: RequestLatencies })[] = [];
  for (const source of unique) {
    const { state, batches, points } = source;
    runs.push({
      source,
      arm: labels.get(state.id) ?? state.name,
      metrics: await computeMetrics({ states: [state], batches, points: points() }),
      latencies: await readLatencies(source, sampled),
    });
  }
  const arms = [...new Set(comparison ? labels.values() : runs.map(({ arm }) => arm))];
  return {
    title,
    written_at: now,
    experiments: runs.map(({ source: { batches: _, points: __, ...known }, arm, metrics }) => ({
      ...known,
      arm,
      metrics,
    })),
    arms,
    comparison,
    analysis,
    untested,
    options,
    latencies: latenciesByOperation(runs, arms),
    curves: await readCurves(runs),
    cost_sources: [...new Set(runs.flatMap(({ latencies }) => [...latencies.costSources]))].sort(),
  };
}

interface Compared {
  readonly comparison: ExperimentComparison | null;
  readonly analysis: HypothesisAnalysis | null;
  readonly untested: string | null;
}

const NOTHING: Compared = { comparison: null, analysis: null, untested: null };

// A plan that does not fit its data does not stand in the way of a report of the data.
async function compared(
  sources: readonly ReportSource[],
  options: CompareOptions,
  study: readonly ExperimentState[],
): Promise<Compared> {
  if (plannedFirst(sources.map(({ state }) => state)) === null) {
    return { ...NOTHING, comparison: await compareExperiments(sources, options) };
  }
  try {
    const analysis = await analyzeExperiments(sources, options, study);
    return { comparison: analysis.comparison, analysis, untested: null };
  } catch (error) {
    const comparison = await compareExperiments(sources, options);
    return { ...NOTHING, comparison, untested: error instanceof Error ? error.message : String(error) };
  }
}

// Two experiments may have one name: then their ids tell the arms apart.
function armLabels({ arms }: ExperimentComparison): Map<string, string> {
  const shared = new Set(arms.map(({ name }) => name).filter((name, i, names) => names.indexOf(name) !== i));
  return new Map(
    arms.flatMap(({ name, experiments }) => {
      const label = shared.has(name) ? `${name} (${experiments[0]!.id})` : name;
      return experiments.map(({ id }) => [id, label] as const);
    }),
  );
}

function latenciesByOperation(
  runs: readonly { readonly arm: string; readonly latencies: RequestLatencies }[],
  arms: readonly string[],
): LatencyDistributions[] {
  const operations = [...new Set(runs.flatMap(({ latencies }) => [...latencies.byOperation.keys()]))].sort();
  return operations.map((operation) => ({
    operation,
    arms: arms.flatMap((arm) => {
      const own = runs
        .filter((run) => run.arm === arm)
        .flatMap(({ latencies }) => latencies.byOperation.get(operation) ?? []);
      return distributionOf(arm, own) ?? [];
    }),
  }));
}
