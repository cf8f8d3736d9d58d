import { systemClock } from '../core/clock.ts';
import { normalizeEventName } from '../events/name.ts';
import { eventInfo } from '../events/registry.ts';
import type { Measurements, Metadata } from '../events/types.ts';
import { ColumnBatch } from './batch.ts';
import type { EventRecord, ExperimentContext, RecordScope } from './event-record.ts';
import { PriceBook, type PriceOverrides } from './prices.ts';
import { Recorder } from './recorder.ts';
import { BatchSchema } from './schema.ts';
import { readable } from './snapshot.ts';

/** What surrounds an event when it is enriched outside an experiment. */
export interface EnrichOptions {
  /** Microseconds since the Unix epoch. Default: now. */
  readonly timestamp?: number;
  /** Default `enrich`. */
  readonly writerId?: string;
  /** Default 0. */
  readonly sequence?: number;
  /** Default `explicit`. */
  readonly scope?: RecordScope;
  /** Your own prices before the dated price data, or a book of both. */
  readonly prices?: PriceOverrides | PriceBook;
  /** Fields whose values are known and must not be derived. Null says nothing, and so do the fields of the experiment. */
  readonly fields?: Partial<EventRecord>;
}

let standardPrices: PriceBook | undefined;

/**
 * The record that an experiment would keep of an event. It goes the same way as every captured event, so the two cannot
 * differ; nothing is stored and the arguments are not changed.
 *
 * @param experiment What to write into the experiment's fields; an `Experiment` will do.
 * @throws `invalid_event_name` for a name that is not dotted text or a list of segments.
 */
export function enrichEvent(
  name: string | readonly string[],
  measurements: Measurements,
  metadata: Metadata,
  experiment: ExperimentContext,
  options: EnrichOptions = {},
): EventRecord {
  const eventName = normalizeEventName(name);
  const schema = new BatchSchema(experiment, options.writerId ?? 'enrich');
  const batch = new ColumnBatch(schema, 1, options.sequence ?? 0);
  const recorder = new Recorder(schema, {
    prices: bookOf(options.prices),
    isRequest: (event) => eventInfo(event)?.request === true,
    nextBatch: () => batch,
  });
  const event = { name: eventName, index: -1 };
  const timestamp = options.timestamp ?? systemClock.nowMicros();
  const scope = options.scope ?? 'explicit';
  recorder.begin();
  try {
    recorder.capture(event, measurements, metadata, timestamp, scope, undefined, undefined, options.fields);
  } catch {
    // A getter or a proxy of the host threw half-way.
    recorder.rollback();
    const [numbers, context] = [readable(measurements), readable(metadata)];
    recorder.capture(event, numbers, context, timestamp, scope, undefined, undefined, options.fields);
  }
  recorder.commit();
  return batch.record(0);
}

function bookOf(prices: PriceOverrides | PriceBook | undefined): PriceBook {
  if (prices instanceof PriceBook) return prices;
  if (prices) return new PriceBook(prices);
  standardPrices ??= new PriceBook();
  return standardPrices;
}
