import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCrucible, telemetry } from 'crucible-telemetry';
import { localStore } from 'crucible-telemetry/stores/local';
import { EVENT_NAME, MODELS, makeValues, measurementsOf, metadataOf } from './event.js';

const PART = 100_000;
const SEALING_LIMIT_MS = 120_000;

/**
 * Records `count` events into a new local store in that folder, a millisecond apart, and waits until all of them are Parquet.
 * `contextOf` gives by an event's number what its metadata has besides, such as another sample; `sampling` is the experiment's. Gives
 * the experiment's id. Best called in a process of its own: what is measured should not find their memory used.
 */
export async function recordSealed(dir, count, { contextOf = () => undefined, sampling } = {}) {
  let now = Date.UTC(2026, 0, 1) * 1000;
  const clock = { nowMicros: () => (now += 1000) };
  const lab = createCrucible({ store: localStore({ dir }), clock });
  const experiment = await lab.startExperiment({ name: 'bench', sampling });
  const stop = telemetry.event(EVENT_NAME);
  for (let done = 0; done < count; done += PART) {
    const values = makeValues(Math.min(PART, count - done), done + 1);
    for (let i = 0; i < values.count; i++) {
      stop.execute(measurementsOf(values, i), { ...metadataOf(values, i, MODELS[i & 3]), ...contextOf(done + i) });
    }
    await lab.flush();
  }
  await experiment.stop();
  await lab.close();
  const { events } = pathsOf(dir, experiment.id);
  const start = Date.now();
  while (readdirSync(events).some((file) => file.endsWith('.jsonl'))) {
    if (Date.now() - start > SEALING_LIMIT_MS) throw new Error('The segments were not sealed.');
    await sleep(100);
  }
  return experiment.id;
}

/** That experiment in a lab of this process. */
export async function openSealed(dir, id) {
  const lab = createCrucible({ store: localStore({ dir }) });
  return { lab, experiment: await lab.getExperiment(id) };
}

/** Where its events are. */
export function pathsOf(dir, id) {
  const events = join(dir, 'experiments', id, 'events');
  return { events, parquet: join(events, '*.parquet') };
}
