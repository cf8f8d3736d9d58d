import type { ComparedExperiment } from '../analysis/comparison/arms.ts';
import type { CompareOptions } from '../analysis/comparison/compare-options.ts';
import type { ExperimentComparison } from '../analysis/comparison/comparison-result.ts';
import type { HypothesisAnalysis } from '../analysis/hypothesis/analyze.ts';
import type { Bus } from '../bus/bus.ts';
import { telemetry } from '../bus/shared.ts';
import { messageOf } from '../bus/thrown.ts';
import { type ClockAnchor, SystemClock, systemClock } from '../core/clock.ts';
import { CrucibleError, show } from '../core/errors.ts';
import { experimentId } from '../core/ids.ts';
import { requireOptions } from '../core/options.ts';
import { warnOnce } from '../core/warn.ts';
import { Router } from '../experiment/router.ts';
import type { ExportFormat, ExportOptions, ExportResult } from '../export/export-records.ts';
import { localMetrics } from '../metrics-store/adapters/local/local-metrics.ts';
import type { MetricsStore } from '../metrics-store/metrics-store.ts';
import { PriceBook } from '../record/prices.ts';
import type { ComparisonReportOptions, Report } from '../report/report.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import { memoryStore } from '../stores/memory/memory-store.ts';
import { runningElsewhere } from '../stores/running-elsewhere.ts';
import type { Store } from '../stores/store.ts';
import type { LabContext } from './context.ts';
import { type CrucibleOptions, checkParts } from './crucible-options.ts';
import { defaultFolder } from './default-folder.ts';
import { deferredMetrics } from './deferred-metrics.ts';
import { deferredStore } from './deferred-store.ts';
import { type ExperimentOptions, newState } from './definition.ts';
import { ended } from './ended.ts';
import { Experiment } from './experiment.ts';
import { notFound, requireId } from './not-found.ts';
import { type ListedExperiment, type ObservedStatus, observed, requireStatus } from './observed-status.ts';
import { openSession, type SessionOptions, type SessionOrigin } from './session.ts';
import { metricsOf } from './shared-metrics.ts';
import { studiesOf } from './studies.ts';

/** Which experiments to list. All conditions must hold. */
export interface ExperimentFilter {
  readonly study?: string;
  readonly condition?: string;
  readonly status?: ObservedStatus;
  readonly tag?: string;
}

/** Which experiments to compare: ids or experiments, or all of a study. */
export type Comparands = readonly (string | { readonly id: string })[] | { readonly study: string };

/** A store, a bus and the experiments in them. */
export class Lab {
  readonly #context: LabContext;
  /** Those this lab collects for, or did, and those it only reads. */
  readonly #open = new Map<string, Experiment>();
  readonly #readers = new Map<string, Experiment>();
  readonly #opening = new Map<string, Promise<Experiment>>();
  #closed = false;
  #closing: Promise<void> | undefined;

  /** @internal Use `createCrucible`. */
  constructor(options: CrucibleOptions) {
    checkParts(options);
    const store = options.store ?? memoryStore();
    const bus = options.bus ?? telemetry;
    this.#context = {
      store,
      bus,
      metrics: options.metricsStore ?? metricsOf(store, options.clock ?? systemClock),
      router: new Router(bus, store),
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      prices: new PriceBook(options.prices),
    };
  }

  /** Corrections of the system clock since the process began, where this lab uses that clock; none for an injected one. */
  get clockAnchors(): readonly ClockAnchor[] {
    const { clock } = this.#context;
    return clock instanceof SystemClock ? clock.anchors : [];
  }

  /** The bus whose events this lab collects. */
  get bus(): Bus {
    return this.#context.bus;
  }

  /** Where the metric points of this lab's experiments, and of any run you name, are kept. */
  get metricsStore(): MetricsStore {
    return this.#context.metrics;
  }

  /** Begins to collect. Rejects with `invalid_argument`, `invalid_event_name`, `unknown_field` or `experiment_exists`. */
  async startExperiment(options: ExperimentOptions): Promise<Experiment> {
    this.#requireOpen();
    const { clock, random, store } = this.#context;
    const state = newState(options, options?.id ?? experimentId(clock, random), clock.nowMicros());
    await store.create(state);
    try {
      return await this.#collect(state, options, 'started');
    } catch (error) {
      await store.remove(state.id);
      throw error;
    }
  }

  /** The experiment of that id: the one that collects, if this lab collects for it, else one to read. Rejects with `experiment_not_found`. */
  async getExperiment(id: string): Promise<Experiment> {
    this.#requireOpen();
    const state = await this.#load(id);
    const known = this.#open.get(id) ?? this.#readers.get(id);
    if (known) return known;
    const reader = new Experiment(this.#context, state, (gone) => this.#forget(gone));
    this.#readers.set(id, reader);
    await reader.refresh();
    return reader;
  }

  /**
   * All experiments that the filter lets through, by rising start. Their status is the one observed: one that nobody collects for
   * any more is `idle`, one whose process has died `crashed`.
   */
  async listExperiments(filter: ExperimentFilter = {}): Promise<readonly ListedExperiment[]> {
    this.#requireOpen();
    requireOptions('listExperiments', filter, ['study', 'condition', 'status', 'tag']);
    requireStatus(filter.status);
    const states = await this.#states(filter);
    const listed = await Promise.all(states.map((state) => this.#listed(state)));
    return listed.flat().filter(({ status }) => filter.status === undefined || status === filter.status);
  }

  /**
   * Lets a paused experiment go on, or one that nobody collects for any more: same id, same phases and pause count, this lab
   * as a new writer. Rejects with `not_running` for a stopped one and `not_paused` for one that is running.
   */
  async resumeExperiment(id: string, options: SessionOptions = {}): Promise<Experiment> {
    this.#requireOpen();
    requireOptions('resumeExperiment', options, ['enrichers']);
    const state = await this.#load(id);
    if (state.status === 'stopped' || state.status === 'archived') throw ended(state);
    const open = this.#open.get(id);
    if (state.status === 'running') await this.#requireIdle(state, open !== undefined);
    const experiment = open ?? (await this.#collect(state, options, 'resumed'));
    if (experiment.isPaused) await experiment.resume();
    return experiment;
  }

  /** Adds this lab as a writer to a running or paused experiment. Rejects with `not_running` for one that has ended. */
  async joinExperiment(id: string, options: SessionOptions = {}): Promise<Experiment> {
    this.#requireOpen();
    requireOptions('joinExperiment', options, ['enrichers']);
    const open = this.#open.get(id);
    if (open?.isOpen) return open;
    const state = await this.#load(id);
    if (state.status === 'stopped' || state.status === 'archived') throw ended(state);
    return this.#collect(state, options, 'joined');
  }

  /** Events outside all runs that no experiment of this lab wanted. */
  ledger(): { unattributed: number } {
    return { unattributed: this.#context.router.unattributed };
  }

  /**
   * Is B different from A, by how much, and how sure? Compares the arms of a study with a baseline: see `CompareOptions` for what can be
   * chosen and `ExperimentComparison` for what comes back. Rejects with `nothing_to_compare` for fewer than two arms, with `experiment_not_found` for
   * a study without experiments.
   */
  async compare(which: Comparands, options: CompareOptions = {}): Promise<ExperimentComparison> {
    const experiments = await this.#compared(which);
    const { compareExperiments } = await import('../analysis/comparison/compare.ts');
    return compareExperiments(experiments, options);
  }

  /**
   * Tests the hypothesis of a study against the plan that was frozen at its start: supported, not supported or inconclusive, and what was
   * changed since. Rejects with `invalid_argument` where no experiment has a hypothesis that names a metric, with `experiment_not_found` for a
   * study without experiments.
   */
  async analyze(which: Comparands | string, options: CompareOptions = {}): Promise<HypothesisAnalysis> {
    const experiments = await this.#compared(typeof which === 'string' ? { study: which } : which);
    const { analyzeExperiments } = await import('../analysis/hypothesis/analyze.ts');
    const states = experiments.map(({ state }) => state);
    return analyzeExperiments(experiments, options, await studiesOf(this.#context.store, states));
  }

  /**
   * Compares as `compare` does and writes what came of it as Markdown or one HTML file: see `ComparisonReportOptions`. Rejects with
   * `nothing_to_compare` for fewer than two arms; `experiment.report` describes a single experiment.
   */
  async report(which: Comparands, options: ComparisonReportOptions = {}): Promise<Report> {
    const states = await this.#select(which);
    const { reportMany } = await import('./reporting.ts');
    return reportMany(this.#context, states, options);
  }

  /** Writes the records of several experiments, in the order given, to one file with the union of their columns. */
  async exportMany(which: Comparands, format: ExportFormat, options: ExportOptions): Promise<ExportResult> {
    const states = await this.#select(which);
    const { exportExperiments } = await import('./exporting.ts');
    return exportExperiments(this.#context, states, format, options);
  }

  /** Returns when everything recorded so far is as safe as the store makes it. */
  async flush(): Promise<void> {
    await this.#context.store.flush();
    await this.#context.metrics.flush();
  }

  /**
   * Flushes and releases. Open experiments stay resumable. Closing twice is fine. A metrics store given to the lab stays
   * open. What a full disk refuses is kept in memory, and closing may be tried again.
   */
  close(): Promise<void> {
    this.#closed = true;
    this.#closing ??= this.#close().catch((error) => {
      this.#closing = undefined;
      throw error;
    });
    return this.#closing;
  }

  async #close(): Promise<void> {
    const experiments = [...this.#open.values(), ...this.#readers.values()];
    const released = await Promise.allSettled(experiments.map((experiment) => experiment.release()));
    this.#open.clear();
    this.#readers.clear();
    try {
      await this.flush();
    } finally {
      await this.#context.store.close();
    }
    for (const result of released) if (result.status === 'rejected') throw result.reason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // Whoever asks for an experiment while it is being opened gets the same one: two writers would record every event twice.
  async #collect(state: ExperimentState, options: SessionOptions, origin: SessionOrigin): Promise<Experiment> {
    const open = this.#open.get(state.id);
    if (open?.isOpen) return open;
    const underWay = this.#opening.get(state.id);
    if (underWay) return underWay;
    const opening = this.#openFor(state, options, origin);
    this.#opening.set(state.id, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(state.id);
    }
  }

  async #openFor(state: ExperimentState, options: SessionOptions, origin: SessionOrigin): Promise<Experiment> {
    const session = await openSession(this.#context, state, options, origin);
    let experiment: Experiment | undefined;
    try {
      experiment = new Experiment(this.#context, state, (gone) => this.#forget(gone), session);
      this.#open.set(state.id, experiment);
      await experiment.refresh();
      this.#requireOpen();
      // Refused when another was faster: then it does not stay open here.
      if (origin === 'resumed' && state.status === 'paused') await experiment.resume();
      return experiment;
    } catch (error) {
      this.#open.delete(state.id);
      await (experiment ? experiment.release() : session.close());
      throw error;
    }
  }

  #forget(experiment: Experiment): void {
    for (const known of [this.#open, this.#readers]) {
      if (known.get(experiment.id) === experiment) known.delete(experiment.id);
    }
  }

  async #requireIdle(state: ExperimentState, open: boolean): Promise<void> {
    const { id, name } = state;
    if (open) {
      throw new CrucibleError('not_paused', `Experiment ${show(name)} (${id}) is running, not paused.`, {
        hint: 'There is nothing to resume.',
      });
    }
    const writers = await this.#context.store.writers(id);
    if (!writers.some((writer) => writer.status === 'open')) return;
    throw runningElsewhere(state);
  }

  // Others are listed all the same.
  async #listed(state: ExperimentState): Promise<ListedExperiment[]> {
    try {
      return [await observed(this.#context.store, state)];
    } catch (error) {
      const message = messageOf(error);
      warnOnce(`unlisted:${message}`, `Experiment ${state.id} is left out of the list. ${message}`);
      return [];
    }
  }

  async #load(id: string): Promise<ExperimentState> {
    const { store } = this.#context;
    const state = await store.load(requireId(id));
    if (state) return state;
    // A store that cannot be listed has no hint to give.
    const named = (await store.list().catch(() => [])).find(({ name }) => name === id);
    throw notFound(id, named && `That is a name, and an id is needed: ${show(named.id)}.`);
  }

  async #compared(which: Comparands): Promise<ComparedExperiment[]> {
    const { metrics, store } = this.#context;
    const states = await this.#select(which);
    const listed = await Promise.all(states.map((state) => observed(store, state)));
    return states.map((state, i) => ({
      state,
      status: listed[i]!.status,
      batches: (projection) => store.scan(state.id, projection),
      points: () => metrics.scan(state.id),
    }));
  }

  async #select(which: Comparands): Promise<ExperimentState[]> {
    this.#requireOpen();
    if (Array.isArray(which))
      return Promise.all(which.map((item) => this.#load(typeof item === 'string' ? item : item?.id)));
    if (typeof which === 'object' && which !== null && 'study' in which && typeof which.study === 'string')
      return this.#ofStudy(which.study);
    throw new CrucibleError('invalid_argument', `${show(which)} names no experiments.`, {
      hint: "Give a list of ids, or { study: '…' }.",
    });
  }

  async #ofStudy(study: string): Promise<ExperimentState[]> {
    const states = await this.#states({ study });
    if (states.length > 0) return states;
    throw new CrucibleError('experiment_not_found', `There is no experiment of a study ${show(study)}.`, {
      hint: 'listExperiments() has the study of each experiment.',
    });
  }

  async #states(filter: ExperimentFilter): Promise<ExperimentState[]> {
    const states = await this.#context.store.list();
    return states.filter(
      (state) =>
        (filter.study === undefined || state.study === filter.study) &&
        (filter.condition === undefined || state.condition === filter.condition) &&
        (filter.tag === undefined || state.tags.includes(filter.tag)),
    );
  }

  #requireOpen(): void {
    if (!this.#closed) return;
    throw new CrucibleError('lab_closed', 'The lab is closed.', { hint: 'Make another one with createCrucible.' });
  }
}

/** A lab of its own. See `CrucibleOptions` for the defaults. */
export function createCrucible(options: CrucibleOptions = {}): Lab {
  return new Lab(options);
}

/**
 * The default lab of the process. It keeps experiments in the folder `.crucible` of the working directory, or where `CRUCIBLE_DIR`
 * says; nothing is opened before its first use.
 */
export const crucible: Lab = createCrucible({
  store: deferredStore('local', openDefaultStore),
  metricsStore: deferredMetrics(() => localMetrics({ dir: defaultFolder() })),
});

async function openDefaultStore(): Promise<Store> {
  const { localStore } = await import('../stores/local/local-store.ts');
  return localStore({ dir: defaultFolder() });
}
