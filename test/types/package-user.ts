import { type EventRecord, telemetry } from 'crucible-telemetry';
import { wilsonInterval } from 'crucible-telemetry/stats';
import { fakeClock } from 'crucible-telemetry/testing';

declare module 'crucible-telemetry' {
  interface EventMap {
    'my_app.retrieval.stop': { measurements: { duration?: number }; metadata: { index?: string } };
  }
}

telemetry.execute('my_app.retrieval.stop', { duration: 1 }, { index: 'wiki' });
// @ts-expect-error a field of a user's own event has its type
telemetry.execute('my_app.retrieval.stop', { duration: 'slow' });
// @ts-expect-error a field of a standard event has its type
telemetry.execute('crucible_train.epoch.stop', { loss: 'high' });

const judge = (record: EventRecord): boolean => record.success === true && wilsonInterval(9, 10) !== null;
console.log(judge.length, fakeClock().nowMicros() > 0);
