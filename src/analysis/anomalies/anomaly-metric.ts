import { CrucibleError, show } from '../../core/errors.ts';
import { FIELDS, fieldIndex } from '../../record/fields.ts';
import { parsePath, pathName } from '../../record/path.ts';
import type { AnomalyMethod } from '../../stats/anomalies/baseline.ts';
import type { AnomalyScale } from '../../stats/anomalies/scale.ts';
import { requireChoice } from '../../stats/inference/options.ts';
import { operationOf, type Source } from '../comparison/metric.ts';

/** In which values anomalies are looked for, and how. */
export interface AnomalyMetricOptions {
  /** A numeric field or path. Default `latency_ms`, of requests that did not fail. */
  readonly metric?: string;
  /** Take the values of events of this operation. Default: the leaf requests, each operation by itself. */
  readonly event?: string;
  /** Default `mad`. */
  readonly method?: AnomalyMethod | 'ewma';
  /** Default `log` for latency and cost, else `linear`. */
  readonly scale?: AnomalyScale;
}

export interface AnomalyMetric {
  readonly metric: string;
  readonly source: Extract<Source, { from: 'field' | 'path' }>;
  /** An operation; null for the requests. */
  readonly event: string | null;
  readonly method: AnomalyMethod | 'ewma';
  readonly scale: AnomalyScale;
  /** Whether what failed is left out: it took no time that says anything of the others. */
  readonly successOnly: boolean;
}

/** The metric with its defaults. Throws `invalid_argument` or `unknown_field`. */
export function anomalyMetric(options: AnomalyMetricOptions): AnomalyMetric {
  const { metric = 'latency_ms', event, method = 'mad' } = options;
  const skewed = metric === 'latency_ms' || metric === 'cost_usd';
  const { scale = skewed ? 'log' : 'linear' } = options;
  requireChoice('method', method, ['mad', 'z', 'iqr', 'ewma']);
  requireChoice('scale', scale, ['linear', 'log']);
  return {
    metric,
    source: sourceOf(metric),
    event: event === undefined ? null : operationOf(event),
    method,
    scale,
    successOnly: metric === 'latency_ms',
  };
}

function sourceOf(metric: string): AnomalyMetric['source'] {
  const path = parsePath(metric);
  if (path) return { from: 'path', name: pathName(path) };
  const field = FIELDS[fieldIndex(metric)];
  if (field?.type === 'number' || field?.type === 'integer') return { from: 'field', name: metric };
  throw new CrucibleError('unknown_field', `${show(metric)} is no numeric field of a record.`, {
    hint: 'Give a field such as latency_ms, or a path such as measurements.score.',
  });
}
