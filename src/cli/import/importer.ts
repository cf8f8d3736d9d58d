import { CrucibleError } from '../../core/errors.ts';
import { momentMicros } from '../../core/time.ts';
import type { ExperimentOptions } from '../../lab/definition.ts';
import type { Experiment } from '../../lab/experiment.ts';
import type { Lab } from '../../lab/lab.ts';
import { pointFromLine } from '../../metrics-store/point-line.ts';
import { toJsonText } from '../../record/json.ts';
import type { Store } from '../../stores/store.ts';
import type { Preregistration } from './definition.ts';
import { eventOfRow, originOf, type RowOrigin } from './event-of-row.ts';
import type { ImportRow } from './rows.ts';

/** What is to be said of the new experiments instead of what the file says. */
export interface ImportOverrides {
  readonly name?: string;
  readonly study?: string;
  readonly condition?: string;
  readonly replicate?: string;
  readonly tags?: readonly string[];
}

/** One experiment that came out of an import. */
export interface ImportedExperiment {
  /** Null after a dry run. */
  readonly id: string | null;
  /** The id that the file has for it. */
  readonly from: string;
  readonly name: string;
  readonly condition: string | null;
  readonly events: number;
  readonly duplicates: number;
}

export interface ImportSummary {
  readonly experiments: readonly ImportedExperiment[];
  /** Metric points by the run they are of now. */
  readonly points: Readonly<Record<string, number>>;
  readonly skipped: number;
  /** Why, of the first few. */
  readonly reasons: readonly { readonly line: number; readonly reason: string }[];
}

interface Target {
  readonly origin: RowOrigin;
  readonly options: ExperimentOptions;
  readonly experiment: Experiment | undefined;
  readonly startedAt: number | undefined;
  /** Whether there is more of it than the rows that say that they are from it. */
  readonly isStated: boolean;
  events: number;
  /** When its events happened, in microseconds since the Unix epoch. */
  first: number;
  last: number;
}

const MAX_REASONS = 10;

/** Takes rows into new experiments, one for each that the rows are from. Ended by `finish` or `undo`. */
export class Importer {
  readonly #lab: Lab | undefined;
  readonly #store: Store | undefined;
  readonly #source: string;
  readonly #overrides: ImportOverrides;
  readonly #targets = new Map<string, Target>();
  /** Those that are only about to begin among them. */
  readonly #started: Promise<Experiment>[] = [];
  readonly #points: Record<string, number> = {};
  readonly #reasons: { line: number; reason: string }[] = [];
  #skipped = 0;
  #undone = false;
  taken = 0;

  /** @param into Undefined for a dry run. @param source What the experiments say they came from. */
  constructor(
    into: { readonly lab: Lab; readonly store: Store } | undefined,
    source: string,
    overrides: ImportOverrides,
  ) {
    this.#lab = into?.lab;
    this.#store = into?.store;
    this.#source = source;
    this.#overrides = overrides;
  }

  async take(row: ImportRow): Promise<void> {
    if (this.#undone) return;
    if ('error' in row) return this.#skip(row.line, row.error);
    const { line, values } = row;
    if ('metric' in values && 'run_id' in values) return this.#takePoint(line, values);
    const event = eventOfRow(values);
    if (typeof event === 'string') return this.#skip(line, event);
    const target = await this.target(originOf(values));
    try {
      target.experiment?.ingest(event);
      const at = momentMicros(event.timestamp);
      target.first = Math.min(target.first, at);
      target.last = Math.max(target.last, at);
      target.events++;
      this.taken++;
    } catch (error) {
      if (!(error instanceof CrucibleError)) throw error;
      this.#skip(line, error.message);
    }
  }

  /** The experiment for what is from there, new if need be. With a `preregistration` it has that instead of one of its own. */
  async target(
    origin: RowOrigin,
    definition: Partial<ExperimentOptions> = {},
    preregistration?: Preregistration,
  ): Promise<Target> {
    const known = this.#targets.get(origin.id);
    if (known) return known;
    const options = this.#options(origin, definition);
    const starting = this.#lab?.startExperiment(options);
    if (starting) this.#started.push(starting);
    const experiment = await starting;
    const { started_at, ...frozen } = preregistration ?? {};
    if (experiment && preregistration) await this.#store?.update(experiment.id, (state) => ({ ...state, ...frozen }));
    const target = {
      origin,
      options,
      experiment,
      startedAt: started_at,
      isStated: preregistration !== undefined,
      events: 0,
      first: Number.POSITIVE_INFINITY,
      last: Number.NEGATIVE_INFINITY,
    };
    this.#targets.set(origin.id, target);
    return target;
  }

  /** Ends the new experiments and says what came of it. */
  async finish(): Promise<ImportSummary> {
    const experiments: ImportedExperiment[] = [];
    for (const target of this.#targets.values()) {
      const { origin, options, experiment, events, isStated } = target;
      // None of its rows could be taken.
      if (events === 0 && !isStated) {
        await experiment?.delete();
        continue;
      }
      const duplicates = experiment?.ledger().dropped.duplicate ?? 0;
      if (experiment && events > 0) await this.#noteTimes(experiment, target);
      await experiment?.stop();
      // Not before: whoever collects takes another start for another experiment.
      const { startedAt } = target;
      if (experiment && startedAt !== undefined)
        await this.#store?.update(experiment.id, (state) => ({ ...state, started_at: startedAt }));
      experiments.push({
        id: experiment?.id ?? null,
        from: origin.id,
        name: options.name,
        condition: options.condition ?? null,
        events: events - duplicates,
        duplicates,
      });
    }
    await this.#lab?.flush();
    return { experiments, points: this.#points, skipped: this.#skipped, reasons: this.#reasons };
  }

  /** Removes the new experiments again, and takes no more rows. */
  async undo(): Promise<void> {
    this.#undone = true;
    for (const result of await Promise.allSettled(this.#started))
      if (result.status === 'fulfilled') await result.value.delete();
  }

  // The phases say when it was imported; this when it happened.
  async #noteTimes({ id }: Experiment, { first, last }: Target): Promise<void> {
    await this.#store?.update(id, (state) => {
      const imported = { ...(state.metadata.imported as object), first_at: first, last_at: last };
      return { ...state, metadata: { ...state.metadata, imported } };
    });
  }

  #options(origin: RowOrigin, definition: Partial<ExperimentOptions>): ExperimentOptions {
    const { name, study, condition, replicate, tags } = this.#overrides;
    const given = {
      study: study ?? origin.study,
      condition: condition ?? origin.condition,
      replicate: replicate ?? origin.replicate,
    };
    const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    return {
      ...definition,
      ...stated,
      name: name ?? origin.name ?? 'imported',
      tags: tags ?? origin.tags,
      metadata: { ...definition.metadata, imported: { file: this.#source, experiment_id: origin.id } },
    };
  }

  async #takePoint(line: number, values: Readonly<Record<string, unknown>>): Promise<void> {
    const point = pointFromLine(toJsonText(values));
    if (!point) return this.#skip(line, 'is no metric point');
    const { run_id, metric, value, ...rest } = point;
    // Points of an experiment that came with them go to the new one; others keep their run.
    const run = this.#targets.get(run_id)?.experiment?.id ?? run_id;
    await this.#lab?.metricsStore.record(run, metric, value, rest);
    this.#points[run] = (this.#points[run] ?? 0) + 1;
    this.taken++;
  }

  #skip(line: number, reason: string): void {
    this.#skipped++;
    if (this.#reasons.length < MAX_REASONS) this.#reasons.push({ line, reason });
  }
}
