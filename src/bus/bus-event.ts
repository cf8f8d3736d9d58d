import type { MeasurementsOf, MetadataOf } from '../events/types.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { EventEntry } from './event-entry.ts';

/** An event name resolved once, for hot loops. */
export class BusEvent<N extends string = string> {
  readonly #dispatcher: Dispatcher;
  readonly #entry: EventEntry;

  constructor(dispatcher: Dispatcher, entry: EventEntry) {
    this.#dispatcher = dispatcher;
    this.#entry = entry;
  }

  get name(): string {
    return this.#entry.name;
  }

  /** True when somebody listens now: ask before preparing what only a listener would need. */
  get enabled(): boolean {
    return this.#dispatcher.listensTo(this.#entry);
  }

  /** As `Bus.execute`, without the look-up of the name. */
  execute(measurements?: MeasurementsOf<N>, metadata?: MetadataOf<N>): void {
    const dispatcher = this.#dispatcher;
    if (dispatcher.listening) dispatcher.dispatch(this.#entry, measurements, metadata);
  }
}
