import { resolve, sep } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import { CrucibleError, show } from '../../../core/errors.ts';
import { requireOptions } from '../../../core/options.ts';
import { warnOnce } from '../../../core/warn.ts';
import { type MetricsDriver, metricsStoreFrom } from '../../metrics-driver.ts';
import type { MetricPoint, MetricsStore } from '../../metrics-store.ts';
import { pointToLine } from '../../point-line.ts';
import { LineAppender } from './line-appender.ts';
import { readPoints, SkippedLines, skippedMessage } from './point-file.ts';

export interface JsonlMetricsOptions {
  /** The file. It and its folder are created by the first point recorded, never by opening or reading. */
  readonly path: string;
  /** Where timestamps come from. Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/**
 * A metrics store in one file of JSON Lines, `{"run_id","metric","value","step","timestamp","metadata"}` to a line, for any number
 * of runs. A line is in the operating system's hands before `record` resolves, so a killed process loses nothing it was told is
 * recorded; `flush` also survives a loss of power. Several processes may append to one file of a local disk without tearing each
 * other's lines (network file systems do not promise that: give each process its own file).
 *
 * Reading streams the file. An unfinished last line and lines that are not metric points are skipped, counted in `rejects` and
 * warned of once. A missing file reads as empty; one that cannot be read rejects with `path_unreadable`.
 */
export function jsonlMetrics(options: JsonlMetricsOptions): MetricsStore {
  requireOptions('jsonlMetrics', options, ['path', 'clock']);
  const { path, clock } = options;
  if (typeof path !== 'string' || path === '' || path.endsWith('/') || path.endsWith(sep)) {
    throw new CrucibleError('invalid_argument', `The path of a jsonl metrics store is ${show(path)}.`, {
      hint: 'Give the path of a file, such as "runs/metrics.jsonl".',
    });
  }
  return metricsStoreFrom(new JsonlMetricsDriver(path), { clock });
}

class JsonlMetricsDriver implements MetricsDriver {
  readonly name: string;
  rejects = new SkippedLines();
  readonly #path: string;
  readonly #appender: LineAppender;

  constructor(path: string) {
    this.name = `jsonl ${path}`;
    this.#path = resolve(path);
    this.#appender = new LineAppender(() => this.#path);
  }

  append(point: MetricPoint): undefined {
    this.#appender.append(pointToLine(point));
  }

  async *scan(runId: string): AsyncGenerator<MetricPoint> {
    const skipped = new SkippedLines();
    for await (const point of readPoints(this.#path, skipped)) if (point.run_id === runId) yield point;
    this.rejects = skipped;
    const message = skippedMessage(skipped);
    if (message) warnOnce(`metrics_file_damaged:${this.#path}`, message);
  }

  flush(): Promise<void> {
    return this.#appender.sync();
  }

  async close(): Promise<void> {
    this.#appender.close();
  }
}
