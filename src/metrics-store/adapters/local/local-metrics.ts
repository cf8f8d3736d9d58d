import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import { CrucibleError, show } from '../../../core/errors.ts';
import { writerId } from '../../../core/ids.ts';
import { requireOptions } from '../../../core/options.ts';
import { warnOnce } from '../../../core/warn.ts';
import { unwritable } from '../../../engine/file-errors.ts';
import { type MetricsDriver, metricsStoreFrom } from '../../metrics-driver.ts';
import type { MetricPoint, MetricsStore } from '../../metrics-store.ts';
import { pointToLine } from '../../point-line.ts';
import { LineAppender } from '../jsonl/line-appender.ts';
import { readPoints, SkippedLines, skippedMessage } from '../jsonl/point-file.ts';
import { mergedPoints } from './merged-points.ts';
import { RunFolders } from './run-folders.ts';

export interface LocalMetricsOptions {
  /** The folder of a local store. What is missing of it is created by the first point recorded, never by opening or reading. */
  readonly dir: string;
  /** Where timestamps come from. Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

// Each thread loads this module for itself, so each has files of its own.
let ownFile: string | undefined;
const MAX_OPEN_FILES = 64;

/**
 * A metrics store beside the events of a local store. The points of a run are in `experiments/<run id>/metrics/` where there is
 * an experiment of that id, else in `runs/<run id>/metrics/`: one file of JSON Lines, as `jsonlMetrics` writes them, for each
 * thread of a process that records. A line is in the operating system's hands before `record` resolves; `flush` also survives a
 * loss of power. Any number of processes may record one run, on network file systems too.
 *
 * Reading merges the files: each in the order it was recorded, across files by timestamp. Unfinished last lines, at most one in a
 * file, and lines that are not metric points are skipped, counted in `rejects` and warned of once. `remove` deletes the files of
 * all processes. Throws `invalid_argument` for options that cannot be meant.
 */
export function localMetrics(options: LocalMetricsOptions): MetricsStore {
  requireOptions('localMetrics', options, ['dir', 'clock']);
  const { dir, clock } = options;
  if (typeof dir !== 'string' || dir === '') {
    throw new CrucibleError('invalid_argument', `The dir of a local metrics store is ${show(dir)}.`, {
      hint: 'Give the path of a folder, such as ".crucible".',
    });
  }
  return metricsStoreFrom(new LocalMetricsDriver(dir), { clock });
}

class LocalMetricsDriver implements MetricsDriver {
  readonly name: string;
  rejects = new SkippedLines();
  readonly #folders: RunFolders;
  readonly #appenders = new Map<string, LineAppender>();
  /** Runs whose file is open, the one used longest ago first. */
  readonly #open = new Set<string>();

  constructor(dir: string) {
    this.name = `local ${dir}`;
    this.#folders = new RunFolders(resolve(dir));
  }

  append(point: MetricPoint): undefined {
    const { run_id } = point;
    let appender = this.#appenders.get(run_id);
    if (!appender) {
      appender = new LineAppender(() => join(this.#folders.current(run_id), fileName()));
      this.#appenders.set(run_id, appender);
    }
    this.#use(run_id);
    appender.append(pointToLine(point));
  }

  async *scan(runId: string): AsyncGenerator<MetricPoint> {
    const skipped = new SkippedLines();
    const files = await this.#folders.files(runId);
    for await (const point of mergedPoints(files.map((file) => readPoints(file, skipped)))) {
      if (point.run_id === runId) yield point;
    }
    this.rejects = skipped;
    const message = skippedMessage(skipped);
    if (message) warnOnce(`metrics_file_damaged:${skipped.first!.path}`, message);
  }

  async flush(runId?: string): Promise<void> {
    const appenders = runId === undefined ? [...this.#appenders.values()] : [this.#appenders.get(runId)];
    for (const appender of appenders) await appender?.sync();
  }

  async close(): Promise<void> {
    for (const appender of this.#appenders.values()) appender.close();
  }

  async remove(runId: string): Promise<void> {
    this.#appenders.get(runId)?.close();
    this.#appenders.delete(runId);
    this.#open.delete(runId);
    for (const folder of [...this.#folders.all(runId), this.#folders.ofRun(runId)]) {
      try {
        await rm(folder, { recursive: true, force: true });
      } catch (error) {
        throw unwritable(folder, error);
      }
    }
  }

  // The number of files that a process may have open is bounded, that of its runs is not.
  #use(runId: string): void {
    this.#open.delete(runId);
    this.#open.add(runId);
    if (this.#open.size <= MAX_OPEN_FILES) return;
    const [oldest] = this.#open;
    this.#open.delete(oldest!);
    this.#appenders.get(oldest!)?.close();
  }
}

function fileName(): string {
  ownFile ??= `${writerId()}-00000000.jsonl`;
  return ownFile;
}
