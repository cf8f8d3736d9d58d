import type { Bus } from '../bus/bus.ts';
import { randomHex } from '../core/ids.ts';
import type { EventNameInput } from '../events/name.ts';
import type { Measurements, Metadata } from '../events/types.ts';
import { snapshot } from '../record/snapshot.ts';

/** One event as it was executed. Measurements and metadata are copies, one level deep: values in them are the emitter's own. */
export interface RecordedEvent {
  readonly name: string;
  readonly measurements: Measurements;
  readonly metadata: Metadata;
}

/** What `attachRecorder` returns. */
export interface EventRecorder {
  /** What was executed since the attachment or the last `clear`, in order. The list grows while events are executed. */
  readonly events: readonly RecordedEvent[];
  /** Forgets the events so far. */
  clear(): void;
  /** Ends recording; the events stay. Calling it again does nothing. */
  detach(): void;
  [Symbol.dispose](): void;
}

/**
 * Collects what is executed on a bus, so that a test can say what its code emits:
 *
 * ```ts
 * using recorder = attachRecorder(telemetry, ['my_app.retrieval.stop']);
 * await retrieve('a question');
 * expect(recorder.events).toEqual([{ name: 'my_app.retrieval.stop', measurements: { hits: 3 }, metadata: {} }]);
 * ```
 *
 * `names` is one dotted name, a list of names, or `'all'`. Throws what `bus.attach` throws for bad names.
 */
export function attachRecorder(bus: Bus, names: 'all' | string | readonly EventNameInput[]): EventRecorder {
  const events: RecordedEvent[] = [];
  const collect = (name: string, measurements: Measurements, metadata: Metadata): void => {
    events.push({ name, measurements: copied(measurements), metadata: copied(metadata) });
  };
  const detach =
    names === 'all'
      ? bus.tap((event, measurements, metadata) => collect(event.name, measurements, metadata))
      : bus.attach(`test-recorder-${randomHex(12)}`, names, collect);
  return {
    events,
    clear() {
      events.length = 0;
    },
    detach,
    [Symbol.dispose]: detach,
  };
}

// A getter of the emitter that throws must not detach the recorder; the snapshot says which it was.
function copied(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return { ...values };
  } catch {
    const copy = snapshot(values);
    return typeof copy === 'object' && copy !== null && !Array.isArray(copy) ? { ...copy } : { value: copy };
  }
}
