import { CrucibleError, show } from '../core/errors.ts';
import { type EventNameInput, normalizeEventName } from '../events/name.ts';
import type { Attachment, EventHandler } from './event-entry.ts';
import type { EventTable } from './event-table.ts';

/** One line of `listHandlers`: a handler id and one of the events it is attached to. */
export interface HandlerInfo {
  readonly id: string;
  readonly event_name: string;
  readonly config: unknown;
}

/** Who listens to what. Every write replaces the frozen list of an entry, so reading needs no copy. */
export class HandlerTable {
  readonly #events: EventTable;
  readonly #attachments = new Map<string, Attachment>();

  constructor(events: EventTable) {
    this.#events = events;
  }

  get size(): number {
    return this.#attachments.size;
  }

  /** Throws before anything is changed. */
  attach(id: string, names: string | readonly EventNameInput[], handler: EventHandler, config: unknown): Attachment {
    if (typeof id !== 'string' || id === '') {
      throw new CrucibleError(
        'invalid_argument',
        `The handler id is ${show(id)}, which is not a text of at least one character.`,
      );
    }
    if (typeof handler !== 'function') {
      throw new CrucibleError(
        'invalid_argument',
        `The handler of ${show(id)} is ${show(handler)}, which is not a function.`,
      );
    }
    const entries = (typeof names === 'string' ? [names] : listOf(names, id)).map((name) => this.#events.resolve(name));
    const seen = new Set<string>();
    for (const { name } of entries) {
      if (seen.has(name)) {
        throw new CrucibleError('invalid_argument', `The handler ${show(id)} lists the event ${show(name)} twice.`, {
          hint: 'Name each event once; the handler would be called twice for one event.',
        });
      }
      seen.add(name);
    }
    if (this.#attachments.has(id)) {
      throw new CrucibleError('handler_exists', `A handler with the id ${show(id)} is attached already.`, {
        hint: 'Ids are unique on a bus: detach the other one first, or choose another id.',
      });
    }
    const attachment: Attachment = { id, handler, config, entries, depth: 0 };
    this.#attachments.set(id, attachment);
    for (const entry of entries) {
      entry.add(attachment);
      this.#events.retain(entry);
    }
    return attachment;
  }

  /** Detaches from all events; false when nothing of that id is attached. */
  detach(id: string): boolean {
    const attachment = this.#attachments.get(id);
    return attachment !== undefined && this.remove(attachment);
  }

  /** Detaches exactly this attachment, not a later one under the same id. */
  remove(attachment: Attachment): boolean {
    if (this.#attachments.get(attachment.id) !== attachment) return false;
    for (const entry of attachment.entries) {
      entry.remove(attachment);
      this.#events.retain(entry);
    }
    // Last, so that it can be removed again where the host's stack ended before all of it was done.
    this.#attachments.delete(attachment.id);
    return true;
  }

  /** In the order of attachment; the prefix matches whole segments. */
  list(prefix: EventNameInput): HandlerInfo[] {
    const text = prefix === '' || (Array.isArray(prefix) && prefix.length === 0) ? '' : normalizeEventName(prefix);
    const found: HandlerInfo[] = [];
    for (const { id, entries, config } of this.#attachments.values()) {
      for (const { name } of entries) {
        if (text === '' || name === text || name.startsWith(`${text}.`)) found.push({ id, event_name: name, config });
      }
    }
    return found;
  }
}

function listOf(names: readonly EventNameInput[], id: string): readonly EventNameInput[] {
  if (Array.isArray(names) && names.length > 0) return names;
  throw new CrucibleError('invalid_argument', `The handler ${show(id)} names no event: ${show(names)}.`, {
    hint: "Give one event name, or a list of them: ['my_app.request.stop'].",
  });
}
