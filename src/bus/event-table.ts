import { warnOnce } from '../core/warn.ts';
import { type EventNameInput, normalizeEventName } from '../events/name.ts';
import { EventEntry } from './event-entry.ts';

/** How many names a bus interns. Names are meant to be few; one that carries an id would otherwise grow without bound. */
export const INTERNED_NAMES_LIMIT = 10_000;

/** The names a bus knows, each with its one entry. */
export class EventTable {
  readonly #interned = new Map<string, EventEntry>();
  // Names beyond the limit, only while a handler is attached to them.
  readonly #attached = new Map<string, EventEntry>();

  /** The entry of a valid name that the bus has met, else undefined. */
  get(name: string): EventEntry | undefined {
    return this.#interned.get(name) ?? (this.#attached.size === 0 ? undefined : this.#attached.get(name));
  }

  /** The entry of a name, interned while there is room. Throws `invalid_event_name`. */
  resolve(name: EventNameInput): EventEntry {
    const known = typeof name === 'string' ? this.get(name) : undefined;
    if (known !== undefined) return known;
    const text = normalizeEventName(name);
    return this.get(text) ?? this.#intern(text);
  }

  /** The entry that carries the handlers of this name now: another one than `entry` only beyond the limit. */
  current(entry: EventEntry): EventEntry {
    return this.#attached.get(entry.name) ?? entry;
  }

  /** Keeps the entry of a name beyond the limit for as long as it has handlers; called after they changed. */
  retain(entry: EventEntry): void {
    if (entry.index >= 0) return;
    if (entry.attachments.length > 0) this.#attached.set(entry.name, entry);
    else this.#attached.delete(entry.name);
  }

  #intern(name: string): EventEntry {
    const index = this.#interned.size;
    if (index >= INTERNED_NAMES_LIMIT) {
      warnOnce(
        'event_names',
        `More than ${INTERNED_NAMES_LIMIT} event names were used, ${name} is the first beyond; those take a slower path. Put what varies into metadata, not into the name.`,
      );
      return new EventEntry(name, -1);
    }
    const entry = new EventEntry(name, index);
    this.#interned.set(name, entry);
    return entry;
  }
}
