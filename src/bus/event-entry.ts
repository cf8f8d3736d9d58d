import type { Measurements, Metadata } from '../events/types.ts';
import type { ContextFrame } from './context.ts';

/**
 * Called with every event it is attached to. The return value is ignored, except that a promise is watched: a handler whose
 * promise rejects counts as failed. Do not change the two objects; other listeners get the same ones.
 */
export type EventHandler<C = unknown> = (
  name: string,
  measurements: Measurements,
  metadata: Metadata,
  config: C,
) => unknown;

/** One `attach`: a handler under its id, with the events it listens to in the order they were given. */
export interface Attachment {
  readonly id: string;
  readonly handler: EventHandler;
  readonly config: unknown;
  readonly entries: readonly EventEntry[];
  /** How many calls of this handler are on the stack. */
  depth: number;
}

/** For collectors: sees every event of a bus before the handlers do, with the context frame it was executed in. */
export type Tap = (
  event: EventEntry,
  measurements: Measurements,
  metadata: Metadata,
  frame: ContextFrame | undefined,
) => void;

const NO_ATTACHMENTS: readonly Attachment[] = Object.freeze([]);

/** An event name as a bus knows it. */
export class EventEntry {
  readonly name: string;
  /** Dense and unique within the bus, from 0; -1 for a name beyond the limit of interned names. */
  readonly index: number;
  /**
   * Frozen and replaced on every change, so that a dispatch under way keeps the list it began with.
   * @internal
   */
  attachments: readonly Attachment[] = NO_ATTACHMENTS;

  constructor(name: string, index: number) {
    this.name = name;
    this.index = index;
  }

  /** @internal */
  add(attachment: Attachment): void {
    this.attachments = Object.freeze([...this.attachments, attachment]);
  }

  /** @internal */
  remove(attachment: Attachment): void {
    const rest = this.attachments.filter((other) => other !== attachment);
    this.attachments = rest.length === 0 ? NO_ATTACHMENTS : Object.freeze(rest);
  }
}
