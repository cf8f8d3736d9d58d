import { describe } from '../../stats/describe.ts';
import type { Interval } from '../../stats/inference/test-result.ts';
import { weightedMean } from '../../stats/sampling/weighted-estimate.ts';
import type { CheckedOptions } from './compare-options.ts';
import type { MetricComparison, MetricKind } from './comparison-result.ts';
import { type Draft, hasSequence, shown } from './draft.ts';
import { neededSamples } from './inference/needed-samples.ts';
import { isDrawn } from './inference/over-replicates.ts';
import { methodsText } from './methods-text.ts';
import { reasonsOf } from './reasons.ts';
import { type Decision, pOf } from './verdict.ts';

const ASSUMED = 'Higher values are taken for the better ones: nobody said so, nor does the name. `better` says it.';

/** A draft and what was decided about it, as the result that is given out. */
export function metricComparison(
  draft: Draft,
  decision: Decision,
  options: CheckedOptions,
  family: number,
): MetricComparison {
  const { metric, kind, items, result, interim } = draft;
  const unavailable = interim !== null && !hasSequence(kind, draft.approach);
  const p = pOf(draft);
  const means = meansOf(draft);
  const drawn = isDrawn(draft.overReplicates);
  const isLow = result.assumptions.filter((text) => text.startsWith('low_coverage'));
  return {
    metric: draft.name,
    kind,
    role: metric.primary ? 'primary' : 'exploratory',
    better: metric.better,
    better_is_assumed: metric.isBetterAssumed,
    events: draft.events,
    design: items.design,
    cluster_by: draft.clusterBy,
    n: {
      baseline: items.first.length,
      treatment: items.second.length,
      pairs: items.design === 'paired' ? items.first.length : null,
      clusters: result.n_clusters,
    },
    scale: kind === 'latency' ? 'ratio' : 'difference',
    estimate: shown(result.estimate, kind),
    means,
    relative_difference: relative(draft, means.baseline),
    standard_error: unavailable ? null : result.standard_error,
    ci: unavailable ? null : shownInterval(result.ci, kind),
    p_value: interim ? null : p,
    anytime_p_value: interim ? p : null,
    adjusted_p_value: decision.adjusted,
    effect_size: unavailable ? null : result.effect_size,
    test: result.method,
    quantile_differences: interim ? [] : draft.quantileDifferences,
    over_replicates: draft.overReplicates,
    missing: items.missing,
    sensitivity: decision.sensitivity,
    margin: metric.margin,
    equivalence_p_value: decision.adjustedEquivalence,
    not_worse_p_value: decision.adjustedNotWorse,
    verdict: decision.verdict,
    verdict_source: decision.source,
    verdict_reason: decision.reason,
    needed: decision.verdict === 'inconclusive' ? needed(draft, decision, options, family) : null,
    arms: draft.arms,
    assumptions: [...result.assumptions, ...draft.assumptions, ...(metric.isBetterAssumed ? [ASSUMED] : [])],
    reasons: reasonsOf(draft),
    warnings: [...draft.warnings, ...isLow],
    seed: interim ? null : drawn ? options.seed : result.seed,
    resamples: interim ? null : drawn ? options.resamples : result.resamples,
    methods: methodsText(draft, decision, options, family),
  };
}

function needed(
  draft: Draft,
  { sensitivity }: Decision,
  options: CheckedOptions,
  family: number,
): MetricComparison['needed'] {
  const { metric, kind, items, approach } = draft;
  const declared = metric.minimumEffect ?? metric.margin;
  const found = neededSamples(approach, items, {
    effect: declared === null ? null : kind === 'latency' ? Math.log1p(declared) : declared,
    declared,
    alpha: metric.primary && options.correction !== 'none' ? options.alpha / Math.max(family, 1) : options.alpha,
    power: options.power,
    better: metric.better,
    replicates: kind === 'replicate',
  });
  if (sensitivity?.could_flip !== true) return found;
  return { ...found, n: null, reason: 'There are enough: what leaves it open is what has no value.' };
}

function meansOf({ kind, items }: Draft): MetricComparison['means'] {
  const inclusion = items.design === 'unpaired' ? items.inclusion : undefined;
  const of = (values: Float64Array, kept: Float64Array | undefined): number | null =>
    shown(kept ? weightedMean(values, kept).estimate : describe(values).mean, kind);
  return { baseline: of(items.first, inclusion?.first), treatment: of(items.second, inclusion?.second) };
}

function relative({ kind, result }: Draft, mean: number | null): number | null {
  if (result.estimate === null) return null;
  const share =
    kind === 'latency' ? Math.expm1(result.estimate) : mean === null || mean <= 0 ? null : result.estimate / mean;
  return share !== null && Number.isFinite(share) ? share : null;
}

function shownInterval(ci: Interval | null, kind: MetricKind): Interval | null {
  return ci === null ? null : { ...ci, low: shown(ci.low, kind), high: shown(ci.high, kind) };
}
