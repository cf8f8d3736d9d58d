import { systemClock } from '../core/clock.ts';
import { CrucibleError, show } from '../core/errors.ts';
import { warnOnce } from '../core/warn.ts';
import type { EventNameInput } from '../events/name.ts';
import type { Measurements, Metadata } from '../events/types.ts';
import type { ContextFrame, ContextStore } from './context.ts';
import type { Attachment, EventEntry, EventHandler, Tap } from './event-entry.ts';
import { EventTable } from './event-table.ts';
import { HandlerTable } from './handler-table.ts';
import { isThenable } from './promises.ts';
import { isRecord } from './records.ts';
import { failureOf, messageOf } from './thrown.ts';

/** The event that tells of a failed handler. */
export const HANDLER_FAILURE = 'telemetry.handler.failure';

/** What an event with an invalid name is collected as, so that it is counted and its values are kept. */
export const INVALID_EVENT = 'telemetry.event.invalid';

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});
const REPORTED_NAMES_LIMIT = 20;
// A handler that executes what it listens to would exhaust the stack, and that would fail innocent handlers too.
const RECURSION_LIMIT = 100;

// A failure of a handler of which nobody could be told, because the host's stack was at its end.
interface Untold {
  readonly attachment: Attachment;
  readonly entry: EventEntry;
  readonly reason: unknown;
  readonly next: Untold | undefined;
}

// An object of its own for each registration, since the same function may tap twice.
interface TapRegistration {
  readonly tap: Tap;
}

/** Brings an event to those who listen. Nothing that a listener does reaches the caller. */
export class Dispatcher {
  readonly events: EventTable = new EventTable();
  readonly context: ContextStore;
  /** False while no handler and no tap is there: the one check of an idle `execute`. */
  listening = false;
  readonly #handlers = new HandlerTable(this.events);
  readonly #failureEntry = this.events.resolve(HANDLER_FAILURE);
  readonly #reportedNames = new Set<string>();
  #taps: readonly TapRegistration[] = [];
  #tap: Tap | undefined;
  #failuresUnderWay = 0;
  #untold: Untold | undefined;

  constructor(context: ContextStore) {
    this.context = context;
  }

  /** True when somebody would see this event now. */
  listensTo(entry: EventEntry): boolean {
    if (!this.listening) return false;
    return this.#tap !== undefined || this.#current(entry).attachments.length > 0;
  }

  /** The entry to dispatch, undefined when nobody would see the event. An invalid name is warned about once. */
  find(name: EventNameInput): EventEntry | undefined {
    if (typeof name === 'string') {
      const known = this.events.get(name);
      // A name without an entry has no handler: only a tap could see it.
      if (known !== undefined || this.#tap === undefined) return known;
    }
    try {
      return this.events.resolve(name);
    } catch (error) {
      this.#reportName(name, error);
      return this.#tap === undefined ? undefined : this.events.resolve(INVALID_EVENT);
    }
  }

  dispatch(event: EventEntry, measurements: object | undefined, metadata: object | undefined): void {
    try {
      if (this.#untold !== undefined) this.#tell();
      this.#dispatch(event, measurements, metadata);
    } catch {
      // Only the end of the host's stack comes here, which the host meets by itself.
      return;
    }
  }

  #dispatch(event: EventEntry, measurements: object | undefined, metadata: object | undefined): void {
    const entry = this.#current(event);
    const tap = this.#tap;
    const attachments = entry.attachments;
    if (tap === undefined && attachments.length === 0) return;
    const numbers = measurements === undefined ? NOTHING : plain(measurements, entry, 'measurements');
    const context = metadata === undefined ? NOTHING : plain(metadata, entry, 'metadata');
    if (tap !== undefined) {
      try {
        tap(entry, numbers, context, this.context.current());
      } catch (error) {
        reportTap(error);
      }
    }
    if (attachments.length > 0) this.#call(attachments, entry, numbers, context);
  }

  /** Dispatches inside a frame that is not, or may not be, the current one. */
  dispatchIn(
    frame: ContextFrame | undefined,
    entry: EventEntry,
    measurements: object | undefined,
    metadata: object | undefined,
  ): void {
    if (this.context.current() === frame) this.dispatch(entry, measurements, metadata);
    else this.context.run(frame, () => this.dispatch(entry, measurements, metadata));
  }

  attach(id: string, names: string | readonly EventNameInput[], handler: EventHandler, config: unknown): () => void {
    if (this.#failuresUnderWay > 0) {
      throw new CrucibleError(
        'attach_refused',
        `The handler ${show(id)} can't be attached while ${HANDLER_FAILURE} is dispatched.`,
        {
          hint: 'Attaching failed handlers again from a failure handler would never end; do it later, if at all.',
        },
      );
    }
    const attachment = this.#handlers.attach(id, names, handler, config);
    this.listening = true;
    return () => {
      this.#remove(attachment);
    };
  }

  detach(id: string): boolean {
    const found = this.#handlers.detach(id);
    this.#update();
    return found;
  }

  handlers(prefix: EventNameInput): ReturnType<HandlerTable['list']> {
    return this.#handlers.list(prefix);
  }

  tap(tap: Tap): () => void {
    const registration: TapRegistration = { tap };
    this.#setTaps([...this.#taps, registration]);
    return () => this.#setTaps(this.#taps.filter((other) => other !== registration));
  }

  #setTaps(taps: readonly TapRegistration[]): void {
    this.#taps = taps;
    this.#tap = taps.length > 1 ? fanOut(taps) : taps[0]?.tap;
    this.#update();
  }

  #update(): void {
    this.listening = this.#tap !== undefined || this.#handlers.size > 0 || this.#untold !== undefined;
  }

  #current(entry: EventEntry): EventEntry {
    return entry.index >= 0 ? entry : this.events.current(entry);
  }

  #remove(attachment: Attachment): void {
    this.#handlers.remove(attachment);
    this.#update();
  }

  #call(attachments: readonly Attachment[], entry: EventEntry, measurements: Measurements, metadata: Metadata): void {
    const failure = entry === this.#failureEntry ? 1 : 0;
    this.#failuresUnderWay += failure;
    try {
      for (const attachment of attachments) this.#callOne(attachment, entry, measurements, metadata);
    } finally {
      this.#failuresUnderWay -= failure;
    }
  }

  #callOne(attachment: Attachment, entry: EventEntry, measurements: Measurements, metadata: Metadata): void {
    if (attachment.depth >= RECURSION_LIMIT) {
      this.#fail(attachment, entry, recursionError(attachment.id, entry.name), false);
      return;
    }
    attachment.depth++;
    try {
      const result = attachment.handler(entry.name, measurements, metadata, attachment.config);
      if (isThenable(result)) this.#watch(result, attachment, entry);
    } catch (error) {
      let told = false;
      try {
        this.#fail(attachment, entry, error, false);
        told = true;
      } finally {
        // By writes that call nothing, since not even a call may be left.
        if (!told) this.#untold = { attachment, entry, reason: error, next: this.#untold };
        if (!told) this.listening = true;
      }
    } finally {
      attachment.depth--;
    }
  }

  #tell(): void {
    for (let untold = this.#untold; untold !== undefined; untold = this.#untold) {
      this.#untold = untold.next;
      let told = false;
      try {
        this.#fail(untold.attachment, untold.entry, untold.reason, false);
        told = true;
      } finally {
        if (!told) this.#untold = { ...untold, next: this.#untold };
      }
    }
    this.#update();
  }

  #watch(result: PromiseLike<unknown>, attachment: Attachment, entry: EventEntry): void {
    Promise.resolve(result).then(undefined, (reason: unknown) => this.#fail(attachment, entry, reason, true));
  }

  // Detaching comes before telling: each level of failing failure handlers has one handler less, so the recursion ends.
  #fail(attachment: Attachment, entry: EventEntry, reason: unknown, rejected: boolean): void {
    this.#remove(attachment);
    if (this.#failureEntry.attachments.length === 0) {
      warnOnce(
        `handler_failure:${attachment.id}`,
        `The telemetry handler ${show(attachment.id)} failed on ${entry.name} and was detached: ${messageOf(reason)}. Attach a handler to ${HANDLER_FAILURE} to be told of every failure.`,
      );
    }
    this.#dispatch(
      this.#failureEntry,
      { system_time: systemClock.nowMicros(), monotonic_time: performance.now() },
      {
        event_name: entry.name,
        handler_id: attachment.id,
        handler_config: attachment.config,
        ...failureOf(reason, rejected),
      },
    );
  }

  #reportName(name: unknown, error: unknown): void {
    const text = show(name);
    if (this.#reportedNames.size >= REPORTED_NAMES_LIMIT || this.#reportedNames.has(text)) return;
    this.#reportedNames.add(text);
    warnOnce(
      `invalid_event_name:${text}`,
      `An executed event was collected as ${INVALID_EVENT}, and no handler saw it. ${messageOf(error)}`,
    );
  }
}

function recursionError(id: string, name: string): CrucibleError {
  return new CrucibleError(
    'handler_recursion',
    `The handler ${show(id)} was called within itself ${RECURSION_LIMIT} times on ${name}.`,
    {
      hint: 'A handler must not execute, even indirectly, the events it listens to.',
    },
  );
}

function fanOut(taps: readonly TapRegistration[]): Tap {
  return (entry, measurements, metadata, frame) => {
    for (const { tap } of taps) {
      try {
        tap(entry, measurements, metadata, frame);
      } catch (error) {
        reportTap(error);
      }
    }
  };
}

function reportTap(error: unknown): void {
  warnOnce('tap_failure', `A telemetry collector failed on an event and stays attached: ${messageOf(error)}`);
}

function plain(value: object, entry: EventEntry, what: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  warnOnce(
    `not_an_object:${entry.name}`,
    `${entry.name} was executed with ${what} ${show(value)}, taken as {}. Give a plain object.`,
  );
  return NOTHING;
}
