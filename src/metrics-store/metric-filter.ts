import { CrucibleError, show } from '../core/errors.ts';
import { checkedName } from './metric-point.ts';
import type { MetricFilter, MetricPoint } from './metrics-store.ts';

/** The filter as a predicate. Throws `invalid_argument` for a filter that cannot be meant. */
export function metricFilter(filter: MetricFilter = {}): (point: MetricPoint) => boolean {
  const { metric } = filter;
  const names = metric === undefined ? undefined : new Set(typeof metric === 'string' ? [metric] : metric);
  const metrics = names && new Set(Array.from(names, (name) => checkedName(name, 'A metric to read')));
  const minStep = checkedBound(filter.minStep, 'minStep');
  const maxStep = checkedBound(filter.maxStep, 'maxStep');
  return (point) => {
    if (metrics && !metrics.has(point.metric)) return false;
    if (minStep === undefined && maxStep === undefined) return true;
    if (point.step === null) return false;
    return (minStep === undefined || point.step >= minStep) && (maxStep === undefined || point.step <= maxStep);
  };
}

function checkedBound(step: number | undefined, what: string): number | undefined {
  if (step === undefined || (typeof step === 'number' && !Number.isNaN(step))) return step;
  throw new CrucibleError('invalid_argument', `${what} is ${show(step)}.`, { hint: 'Give a number, or leave it out.' });
}
