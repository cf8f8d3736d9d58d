import type { Bus } from '../bus/bus.ts';
import type { ContextFrame } from '../bus/context.ts';
import type { EventEntry } from '../bus/event-entry.ts';
import { watchNative } from '../bus/promises.ts';
import type { Measurements, Metadata } from '../events/types.ts';
import type { Collector } from './collector.ts';
import { type Claimant, type OutsideClaim, outsideClaim } from './outside-claim.ts';
import { RunContext, type RunContextValues } from './run-context.ts';

interface Member extends Claimant {
  readonly collector: Collector;
  /** Collects what is emitted outside all runs, whether or not it had a run. */
  readonly wholeProcess: boolean;
  readonly claim: OutsideClaim;
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
  readonly #store: object;
  readonly #members = new Map<Collector, Member>();
  #outside: Member[] = [];
  #activeRuns = 0;
  #untap: (() => void) | undefined;

  /** `store` is what tells experiments of the same id apart, where labs share a bus. */
  constructor(bus: Bus, store: object) {
    this.#bus = bus;
    this.#store = store;
  }

  add(collector: Collector, wholeProcess: boolean): void {
    const claim = outsideClaim(this.#bus, this.#store, collector.experimentId);
    const releaseContext = this.#bus.context.retain();
    const member: Member = { collector, wholeProcess, claim, releaseContext, refresh: () => this.#refresh() };
    claim.join(member);
    this.#members.set(collector, member);
    this.#refresh();
  }

  remove(collector: Collector): void {
    const member = this.#members.get(collector);
    if (!member) return;
    this.#members.delete(collector);
    member.releaseContext();
    member.claim.leave(member);
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
    this.#members.get(collector)?.claim.noteRun();
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
    this.#outside = [...this.#members.values()].filter(({ claim, wholeProcess }) => wholeProcess || !claim.hasRun);
    this.#refreshTap();
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
    for (const member of this.#outside) {
      const { collector } = member;
      if (!collector.wants(event.name)) continue;
      wanted = true;
      if (member.claim.isHeldBy(member)) {
        collector.collect(event, measurements, metadata, 'process', undefined, frame?.span);
      }
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
