import { show } from '../../core/errors.ts';
import { type CheckedOptions, type PerMetric, refused } from './compare-options.ts';
import { type Metric, sourceOf } from './metric.ts';

/** Whether a name means a metric whose source is known: its own name, or another for the same values (`val_loss`, `logged.val_loss`). */
function means(name: string, metric: Metric, metrics: readonly Metric[]): boolean {
  if (metrics.some((own) => own.name === name)) return metric.name === name;
  const { source } = metric;
  if (source.from === 'function') return false;
  const named = sourceOf({ name });
  if (named.from !== 'named') return JSON.stringify(named) === JSON.stringify(source);
  return (source.from === 'score' || source.from === 'logged') && source.name === named.name;
}

/**
 * Metrics with what the options say of them under another name. Throws `invalid_argument` for a name of none of them, with those of
 * which there are values.
 *
 * @param namesThere The metrics that have values, looked for only then.
 */
export function withOptions(
  metrics: readonly Metric[],
  options: CheckedOptions,
  namesThere: () => ReadonlySet<string>,
): readonly Metric[] {
  const { primary, margin, minimumEffect } = options;
  const listed: readonly (readonly [string, readonly string[]])[] = [
    ['primary', primary ?? []],
    ['margin', typeof margin === 'object' ? Object.keys(margin) : []],
    ['minimumEffect', typeof minimumEffect === 'object' ? Object.keys(minimumEffect) : []],
  ];
  for (const [option, names] of listed) {
    const unknown = names.find((name) => !metrics.some((metric) => isNameOf(name, metric, metrics)));
    if (unknown === undefined) continue;
    const there = namesThere();
    const compared = metrics.filter(({ name }) => there.has(name)).map(({ name }) => name);
    throw refused(
      `${option} names ${show(unknown)}, which is not compared`,
      compared.length > 0 ? `Compared are ${compared.join(', ')}.` : 'There is nothing to compare.',
    );
  }
  const of = (all: PerMetric | undefined, metric: Metric): number | null => {
    if (typeof all !== 'object') return null;
    return Object.entries(all).find(([name]) => means(name, metric, metrics))?.[1] ?? null;
  };
  return metrics.map((metric) => ({
    ...metric,
    primary: metric.primary || (primary ?? []).some((name) => means(name, metric, metrics)),
    margin: metric.margin ?? of(margin, metric),
    minimumEffect: metric.minimumEffect ?? of(minimumEffect, metric),
  }));
}

// A name that is no metric at all is as little compared as another one.
function isNameOf(name: string, metric: Metric, metrics: readonly Metric[]): boolean {
  try {
    return means(name, metric, metrics);
  } catch {
    return false;
  }
}

/**
 * Each metric once: the same values under a second name would count twice in the correction. Of the metric of a plan, which comes
 * first, the others are left out; otherwise throws `invalid_argument`.
 */
export function distinct(metrics: readonly Metric[], isPlanned: boolean): readonly Metric[] {
  return metrics.filter((metric, i) => {
    const first = metrics.findIndex((other) => isSameData(other, metric));
    if (first === i) return true;
    if (first === 0 && isPlanned) return false;
    throw refused(
      `metrics names ${show(metrics[first]!.name)} and ${show(metric.name)}, which are the same`,
      'Name each metric once.',
    );
  });
}

function isSameData(one: Metric, other: Metric): boolean {
  if (one === other) return true;
  if (one.source.from === 'function' || other.source.from === 'function') return false;
  return (
    one.event === other.event && one.kind === other.kind && JSON.stringify(one.source) === JSON.stringify(other.source)
  );
}
