import type { Clock } from '../../../core/clock.ts';
import { requireOptions } from '../../../core/options.ts';
import { fromJsonText, toJsonText } from '../../../record/json.ts';
import { type MetricsDriver, metricsStoreFrom } from '../../metrics-driver.ts';
import type { MetricPoint, MetricsStore } from '../../metrics-store.ts';

export interface MemoryMetricsOptions {
  /** Where timestamps come from. Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** A metrics store in memory: for tests, and for runs whose points need not outlive the process. */
export function memoryMetrics(options: MemoryMetricsOptions = {}): MetricsStore {
  requireOptions('memoryMetrics', options, ['clock']);
  return metricsStoreFrom(new MemoryMetricsDriver(), options);
}

interface KeptPoint {
  readonly point: MetricPoint;
  /** As text, so that each reader gets its own copy, equal to what any adapter that writes JSON gives back. */
  readonly metadata: string;
}

class MemoryMetricsDriver implements MetricsDriver {
  readonly name = 'memory';
  readonly #runs = new Map<string, KeptPoint[]>();

  append(point: MetricPoint): undefined {
    const kept = { point, metadata: toJsonText(point.metadata) };
    const points = this.#runs.get(point.run_id);
    if (points) points.push(kept);
    else this.#runs.set(point.run_id, [kept]);
  }

  async remove(runId: string): Promise<void> {
    this.#runs.delete(runId);
  }

  *scan(runId: string): Generator<MetricPoint> {
    const points = this.#runs.get(runId) ?? [];
    const end = points.length;
    for (let i = 0; i < end; i++) {
      const { point, metadata } = points[i]!;
      yield { ...point, metadata: fromJsonText(metadata) as Record<string, unknown> };
    }
  }
}
