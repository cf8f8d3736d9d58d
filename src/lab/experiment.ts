import type { AnomaliesOptions, OperationAnomalies } from '../analysis/anomalies/anomalies.ts';
import type { WatchAnomaliesOptions, WatchedAnomaly } from '../analysis/anomalies/anomaly-watch.ts';
import type { ExperimentMetrics } from '../analysis/metrics.ts';
import type { QueryWindow } from '../analysis/query-window.ts';
import type { WindowedMetrics, WindowedMetricsOptions } from '../analysis/windowed-metrics.ts';
import { merged } from '../bus/records.ts';
import { messageOf } from '../bus/thrown.ts';
import { CrucibleError, show } from '../core/errors.ts';
import { requireOptions } from '../core/options.ts';
import { warnOnce } from '../core/warn.ts';
import type { MeasurementsOf, Metadata, MetadataOf } from '../events/types.ts';
import type { IngestedEvent } from '../experiment/ingest.ts';
import { sumLedgers } from '../experiment/ledger.ts';
import { archived, archivedBefore, paused, resumed, stopped } from '../experiment/lifecycle.ts';
import type { RunContextValues } from '../experiment/run-context.ts';
import type { StreamingSummary } from '../experiment/streaming/streaming-metrics.ts';
import type { ExportFormat, ExportOptions, ExportResult } from '../export/export-records.ts';
import type { MetricOptions } from '../metrics-store/metrics-store.ts';
import type { EventRecord, ExperimentContext } from '../record/event-record.ts';
import type { Report, ReportOptions } from '../report/report.ts';
import type { ExperimentState, ExperimentStatus, Phase } from '../stores/experiment-state.ts';
import type { LedgerCounts } from '../stores/ledger-counts.ts';
import type { RecordQuery, Where } from '../stores/query.ts';
import { objectOf, redactedMetric, requireFunction } from './arguments.ts';
import type { LabContext } from './context.ts';
import { isGone } from './following.ts';
import { keptName } from './kept-name.ts';
import { KnownState } from './known-state.ts';
import { notFound } from './not-found.ts';
import { readAnomalies, readMetrics, readRecords, readWindow, readWindowedMetrics } from './reading.ts';
import type { Session } from './session.ts';
import { watchAnomalies } from './watching.ts';

/**
 * One isolated collection of events under one condition. `startExperiment`, `resumeExperiment` and `joinExperiment` give one
 * that collects; `getExperiment` one to read, if this lab does not collect for it already.
 */
export class Experiment implements ExperimentContext {
  readonly #lab: LabContext;
  readonly #gone: (experiment: Experiment) => void;
  readonly #known: KnownState;
  #session: Session | undefined;
  #ended: Promise<void> | undefined;
  #released = false;
  readonly #closing = new AbortController();
  readonly #unwatch: () => void;

  /** @internal `gone` is called when the experiment was removed. */
  constructor(lab: LabContext, state: ExperimentState, gone: (experiment: Experiment) => void, session?: Session) {
    this.#lab = lab;
    this.#known = new KnownState(state);
    this.#gone = gone;
    this.#session = session;
    this.#unwatch = lab.store.watch(state.id, (next) => this.#follow(next));
  }

  get #state(): ExperimentState {
    return this.#known.current;
  }
  get id(): string {
    return this.#state.id;
  }
  get name(): string {
    return this.#state.name;
  }
  get study(): string | null {
    return this.#state.study;
  }
  get condition(): string | null {
    return this.#state.condition;
  }
  get replicate(): string {
    return this.#state.replicate;
  }
  get hypothesis(): unknown {
    return this.#state.hypothesis;
  }
  get tags(): readonly string[] {
    return this.#state.tags;
  }
  get metadata(): Readonly<Record<string, unknown>> {
    return this.#state.metadata;
  }
  get sampleSize(): number | null {
    return this.#state.sample_size;
  }
  get status(): ExperimentStatus {
    return this.#state.status;
  }
  get isPaused(): boolean {
    return this.#state.status === 'paused';
  }
  /** When the pause that lasts began, in µs since the epoch; null while not paused. */
  get pausedAt(): number | null {
    return this.#state.paused_at;
  }
  get pauseCount(): number {
    return this.#state.pause_count;
  }
  /** Every stretch between a start or resume and the next pause or stop. */
  get phases(): readonly Phase[] {
    return this.#state.phases;
  }
  /** The whole definition and lifecycle, as stored. */
  get state(): ExperimentState {
    return this.#state;
  }

  /**
   * Calls `fn`; every event emitted inside it, however late and by whatever callback, comes to this experiment and to no
   * other. Returns what `fn` returns; a promise as another one with the same outcome. `context` is inherited by everything
   * inside, over that of the run around this one. The first run ends the collecting of events from outside of runs, unless the
   * experiment was started with `scope: 'process'`.
   */
  run<T>(fn: () => T, context?: RunContextValues): T {
    const { collector } = this.#open('run');
    requireFunction('run', fn);
    return this.#lab.router.run(collector, fn, context);
  }

  /**
   * A function that carries the current run of this experiment into pools, batchers and worker callbacks, which otherwise
   * lose it. Outside a run of this experiment it carries a new one, with the context that is current now.
   */
  bind<This, Args extends unknown[], Result>(
    fn: (this: This, ...args: Args) => Result,
  ): (this: This, ...args: Args) => Result {
    const { collector } = this.#open('bind');
    requireFunction('bind', fn);
    return this.#lab.router.bind(collector, fn);
  }

  /**
   * Records an event of this experiment, whatever the scope. Handlers of the bus do not see it. Where too little is left of the
   * stack to begin, there is no event, and the caller meets the end of its stack by itself.
   */
  execute<N extends string>(
    name: N | readonly string[],
    measurements?: MeasurementsOf<N>,
    metadata?: MetadataOf<N>,
  ): void {
    try {
      this.#execute(name, measurements, metadata);
    } catch {
      return;
    }
  }

  #execute(name: string | readonly string[], measurements: unknown, metadata: unknown): void {
    const session = this.#session;
    if (!session) {
      warnOnce(
        `closed:${this.id}`,
        `An event was executed on experiment ${this.id}, which this lab does not collect for; it is not kept.`,
      );
      return;
    }
    const frame = this.#lab.router.currentFrame();
    const run = this.#lab.router.runOf(frame, session.collector);
    session.collector.collect(
      { name: keptName(name), index: -1 },
      objectOf(measurements),
      objectOf(metadata),
      'explicit',
      run,
      frame?.span,
    );
  }

  /**
   * Records a score of an answer as the event `eval.score.recorded`. A yes or no counts as 1 or 0. What is no number is kept in the
   * event, warned of once for each name, and counts in no mean.
   */
  score(name: string, value: number | boolean, metadata: Metadata = {}): void {
    try {
      const score = typeof value === 'boolean' ? Number(value) : value;
      if (typeof score !== 'number' && typeof score !== 'bigint') {
        warnOnce(`score:${show(name)}`, `The score ${show(name)} was given ${show(value)}, which is no number.`);
      }
      this.execute('eval.score.recorded', { score }, merged(merged({}, metadata, 'score'), { name }, 'score'));
    } catch {
      return;
    }
  }

  /**
   * Keeps one value of a training metric as a metric point with this experiment's id as run. A point is kept whatever the
   * experiment's status. Rejects with `invalid_argument` for a value that is not a number.
   */
  logMetric(metric: string, value: number, options?: MetricOptions): Promise<void> {
    return this.#lab.metrics.record(this.id, metric, value, redactedMetric(options, this.#state.redact));
  }

  /**
   * Takes an event that happened elsewhere or earlier: it keeps its timestamp and may come out of order; a repeat counts as
   * `dropped.duplicate`. Throws `invalid_argument` or `invalid_event_name` for an event without time or name.
   */
  ingest(event: IngestedEvent): void {
    this.#open('ingest').ingest.accept(event);
  }

  /** Stops collecting for a while; what is emitted meanwhile counts as `dropped.paused`. */
  async pause(): Promise<void> {
    await this.#change(paused);
  }

  async resume(): Promise<void> {
    await this.#change(resumed);
  }

  /** Ends collecting for good. The records stay readable. */
  async stop(): Promise<void> {
    await this.#change(stopped);
    await this.#endSession();
  }

  /**
   * Marks a stopped experiment as archived. With a path, its definition, records and metric points are first written there, to
   * a folder named by its id: `experiment.json`, `events.jsonl`, `metrics.jsonl`. One that is archived already can be written
   * again. Rejects with `damaged_data` where records cannot be read, and with `path_unwritable` where something else lies there.
   */
  async archive(options: { readonly path?: string } = {}): Promise<void> {
    requireOptions('archive', options, ['path']);
    const { path } = options;
    const marked = path === undefined ? archived : archivedBefore;
    marked(this.#state, 0);
    if (path !== undefined) {
      const { writeArchive } = await import('./archiving.ts');
      await writeArchive(this.#lab, this.#state, path);
    }
    if (this.status !== 'archived' || path === undefined) await this.#change(marked);
  }

  /** Removes the experiment with all its records and metric points. It is stopped first if it is not. */
  async delete(): Promise<void> {
    try {
      if (this.status === 'running' || this.status === 'paused') await this.stop();
    } catch (error) {
      // Somebody else deletes it at the same time.
      if (!isGone(error)) throw error;
    }
    await this.#lab.store.remove(this.id);
    await this.#lab.metrics.remove?.(this.id);
  }

  /** Stops it, unless it is stopped or its lab is closed: then it stays resumable. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#released && (this.status === 'running' || this.status === 'paused')) await this.stop();
  }

  /** This lab's own account of the experiment's events. */
  ledger(): LedgerCounts {
    return this.#session?.collector.ledger.counts() ?? sumLedgers([]);
  }

  /** The account of all writers together. */
  async ledgerAll(): Promise<LedgerCounts> {
    const writers = await this.#lab.store.writers(this.id);
    return sumLedgers(writers.map((writer) => writer.ledger));
  }

  /** The records, by writer and sequence. Throws `unknown_field` for a condition on a field that does not exist. */
  records(query: RecordQuery = {}): AsyncGenerator<EventRecord> {
    return readRecords(this.#lab, this.id, query);
  }

  /** The records of a stretch of time, or the last ones; by timestamp, then writer and sequence. */
  queryWindow(window: QueryWindow, where?: Where): Promise<EventRecord[]> {
    return readWindow(this.#lab, this.id, window, where);
  }

  /** Metrics for each of many windows of time: half-open, aligned, overlapping when `step` is below `size`. */
  windowedMetrics(options: WindowedMetricsOptions): Promise<WindowedMetrics> {
    return readWindowedMetrics(this.#lab, this.#state, options);
  }

  /** Metrics that are up to date after every event, from what this lab has collected since its start or the last reset. */
  streamingMetrics(): StreamingSummary {
    return this.#open('streamingMetrics').collector.streaming.summary();
  }

  /** Begins the streaming metrics anew. Records and ledger stay. */
  resetStreamingMetrics(): void {
    this.#open('resetStreamingMetrics').collector.resetStreaming();
  }

  /**
   * The descriptive analysis of all records, or of those that the query lets through: see `ExperimentMetrics`. Metric points
   * belong to no record: they are in the analysis of all records only.
   */
  metrics(query: RecordQuery = {}): Promise<ExperimentMetrics> {
    return readMetrics(this.#lab, this.#state, query);
  }

  /** Values that are far from the rest, by record, and lasting changes over time, for each operation: see `AnomaliesOptions`. */
  anomalies(options: AnomaliesOptions = {}): Promise<readonly OperationAnomalies[]> {
    return readAnomalies(this.#lab, this.#state, options);
  }

  /**
   * Watches what comes to the experiment, whichever process writes it, and yields each record whose value is far from those of its
   * operation before it: see `WatchAnomaliesOptions`. It tells those that are recorded after this call, and takes in the last 2,000
   * records before. It looks five times a second, and ends when the experiment has stopped, the signal aborts or the lab closes.
   * The first step rejects with `invalid_argument` or `unknown_field` for options that make no sense.
   */
  watchAnomalies(
    options: WatchAnomaliesOptions = {},
    until: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<WatchedAnomaly> {
    return watchAnomalies(this.#lab, this.#state, options, until, this.#closing.signal);
  }

  /** Writes all records to one file. See `ExportOptions`. */
  async export(format: ExportFormat, options: ExportOptions): Promise<ExportResult> {
    const { exportExperiments } = await import('./exporting.ts');
    return exportExperiments(this.#lab, [this.#state], format, options);
  }

  /** Writes what there is to say of this experiment alone: see `ReportOptions`. `lab.report` compares several. */
  async report(options: ReportOptions = {}): Promise<Report> {
    const { reportOne } = await import('./reporting.ts');
    return reportOne(this.#lab, this.#state, options);
  }

  /** @internal Ends this lab's part without changing the experiment. */
  async release(): Promise<void> {
    this.#released = true;
    this.#closing.abort();
    this.#unwatch();
    await this.#endSession();
  }

  /** @internal Takes over what became of the experiment before it was watched. */
  async refresh(): Promise<void> {
    this.#follow(await this.#lab.store.load(this.id));
  }

  /** @internal Whether this lab collects for it. */
  get isOpen(): boolean {
    return this.#session !== undefined && this.#ended === undefined;
  }

  #open(what: string): Session {
    if (this.#session) return this.#session;
    const name = `Experiment ${show(this.name)} (${this.id})`;
    const hint = 'resumeExperiment or joinExperiment opens it for collecting.';
    throw new CrucibleError('experiment_open', `${name} was opened for reading, so it has no ${what}().`, { hint });
  }

  async #change(transition: (state: ExperimentState, now: number) => ExperimentState): Promise<void> {
    if (this.#released) {
      throw new CrucibleError('lab_closed', `The lab of experiment ${show(this.name)} (${this.id}) is closed.`, {
        hint: 'Open it again with resumeExperiment of another lab.',
      });
    }
    if (this.#known.isRemoved) throw notFound(this.id);
    const now = this.#lab.clock.nowMicros();
    // Seen at once, so that no event slips in while the store writes.
    this.#known.begin(transition(this.#state, now));
    this.#tellCollector();
    try {
      this.#known.hear(await this.#lab.store.update(this.id, (state) => transition(this.#known.same(state), now)));
    } catch (error) {
      await this.refresh().catch(() => undefined);
      throw error;
    } finally {
      this.#known.settle();
      this.#tellCollector();
    }
  }

  #follow(next: ExperimentState | undefined): void {
    // Another one that was started under its id is none of its business: this one is gone.
    if (next?.started_at === this.#state.started_at) {
      this.#known.hear(next);
    } else {
      this.#known.remove(this.#lab.clock.nowMicros());
      this.#unwatch();
      this.#gone(this);
    }
    this.#tellCollector();
    if (!this.#known.hasEnded) return;
    this.#endSession().catch((error: unknown) => {
      warnOnce(
        `writer_close:${this.id}`,
        `The writer of experiment ${this.id} could not be closed: ${messageOf(error)}`,
      );
    });
  }

  // A session that has ended stays as it is: its writer takes nothing more, whatever becomes of the experiment.
  #tellCollector(): void {
    if (this.#session && !this.#ended) this.#session.collector.status = this.#state.status;
  }

  #endSession(): Promise<void> {
    this.#ended ??= this.#session?.close() ?? Promise.resolve();
    return this.#ended;
  }
}
