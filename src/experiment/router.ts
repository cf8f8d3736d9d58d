import type { Bus } from '../bus/bus.ts';
import type { ContextFrame } from '../bus/context.ts';
import type { EventEntry } from '../bus/event-entry.ts';
import { watchNative } from '../bus/promises.ts';
import type { Measurements, Metadata } from '../events/types.ts';
import type { Collector } from './collector.ts';
import { RunContext, type RunContextValues } from './run-context.ts';

// Which experiments are collected from outside all runs on a bus: two labs that collect for the same one must not record an
// event twice.
const collectedOutside = new WeakMap<Bus, Set<string>>();

interface Member {
  readonly collector: Collector;
  /** Collects what is emitted outside all runs, whether or not it had a run. */
  readonly wholeProcess: boolean;
  /** Whether this member is the one that collects from outside runs for its experiment. */
  readonly outside: boolean;
  readonly releaseContext: () => void;
}

/**
 * Decides to which experiments of a lab an event of the bus belongs: to the one whose run it is emitted in, and to no other;
 * outside all runs to those that collect from the whole process. It listens to the bus only while there is an open experiment
 * or an active run, so that an idle lab costs nothing.
 */
export class Router {
  /** Events outside all runs that no experiment wanted. */
  unattributed = 0;
  readonly #bus: Bus;
  readonly #members = new Map<Collector, Member>();
  #outside: Collector[] = [];
  #activeRuns = 0;
  #untap: (() => void) | undefined;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  add(collector: Collector, wholeProcess: boolean): void {
    const taken = this.#takenOutside();
    const outside = !taken.has(collector.experimentId);
    taken.add(collector.experimentId);
    const releaseContext = this.#bus.context.retain();
    this.#members.set(collector, { collector, wholeProcess, outside, releaseContext });
    this.#refresh();
  }

  remove(collector: Collector): void {
    const member = this.#members.get(collector);
    member?.releaseContext();
    if (member?.outside) this.#takenOutside().delete(collector.experimentId);
    this.#members.delete(collector);
    this.#refresh();
  }

  /** Calls `fn` inside a run of the experiment; what it returns is returned. */
  run<T>(collector: Collector, fn: () => T, values?: RunContextValues): T {
    return this.#runIn(this.#frame(collector, values), collector, fn);
  }

  /** `fn` in the run that is current now, if it is one of this experiment, else in a run of its own, whenever it is called. */
  bind<This, Args extends unknown[], Result>(
    collector: Collector,
    fn: (this: This, ...args: Args) => Result,
  ): (this: This, ...args: Args) => Result {
    const current = this.#bus.context.current();
    const frame = this.runOf(current, collector) ? current! : this.#frame(collector);
    const runIn = <T>(call: () => T): T => this.#runIn(frame, collector, call);
    return function bound(this: This, ...args: Args): Result {
      return runIn(() => fn.apply(this, args));
    };
  }

  /** The current run, when it is one of this experiment. */
  runOf(frame: ContextFrame | undefined, collector: Collector): RunContext | undefined {
    return frame?.run instanceof RunContext && frame.run.collector === collector ? frame.run : undefined;
  }

  currentFrame(): ContextFrame | undefined {
    return this.#bus.context.current();
  }

  #frame(collector: Collector, values?: RunContextValues): ContextFrame {
    const outer = this.#bus.context.current();
    const outerRun = outer?.run instanceof RunContext && outer.run.owner === this ? outer.run : undefined;
    return { run: new RunContext(this, collector, values ?? {}, outerRun), span: outer?.span };
  }

  #runIn<T>(frame: ContextFrame, collector: Collector, fn: () => T): T {
    if (!collector.hasRun) {
      collector.hasRun = true;
      this.#refresh();
    }
    this.#activeRuns++;
    this.#refreshTap();
    const end = () => {
      this.#activeRuns--;
      this.#refreshTap();
    };
    let pending = false;
    try {
      const result = this.#bus.context.run(frame, fn);
      if (isPlainPromise(result)) {
        pending = true;
        return settledBy(result, end) as T;
      }
      // Promises of a kind of their own stay as they are: their `then` may be what starts or consumes the work.
      pending = watchNative(result, end, end);
      return result;
    } finally {
      if (!pending) end();
    }
  }

  #refresh(): void {
    this.#outside = [...this.#members.values()]
      .filter(({ collector, wholeProcess, outside }) => outside && (wholeProcess || !collector.hasRun))
      .map(({ collector }) => collector);
    this.#refreshTap();
  }

  #takenOutside(): Set<string> {
    let taken = collectedOutside.get(this.#bus);
    if (!taken) {
      taken = new Set();
      collectedOutside.set(this.#bus, taken);
    }
    return taken;
  }

  #refreshTap(): void {
    const wanted = this.#members.size > 0 || this.#activeRuns > 0;
    if (wanted) {
      this.#untap ??= this.#bus.tap(this.#route);
    } else {
      this.#untap?.();
      this.#untap = undefined;
    }
  }

  readonly #route = (
    event: EventEntry,
    measurements: Measurements,
    metadata: Metadata,
    frame: ContextFrame | undefined,
  ): void => {
    const run = frame?.run;
    if (run !== undefined) {
      // A run of another lab, or of another copy of this package, is none of our business and not outside all runs either.
      if (run instanceof RunContext && run.owner === this) {
        run.collector.collect(event, measurements, metadata, 'run', run, frame?.span);
      }
      return;
    }
    let wanted = false;
    for (const collector of this.#outside) {
      if (!collector.wants(event.name)) continue;
      wanted = true;
      collector.collect(event, measurements, metadata, 'process', undefined, frame?.span);
    }
    if (!wanted) this.unattributed++;
  };
}

function isPlainPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise && Object.getPrototypeOf(value) === Promise.prototype;
}

// The context has watched the promise, which makes it count as handled: a derived one lets Node report a rejection that
// nobody handles.
function settledBy(promise: Promise<unknown>, end: () => void): Promise<unknown> {
  return promise.then(
    (value) => {
      end();
      return value;
    },
    (reason: unknown) => {
      end();
      throw reason;
    },
  );
}
