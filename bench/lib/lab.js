import { createCrucible, memoryStore, telemetry } from 'crucible-telemetry';
import { EVENT_NAME, makeValues, measurementsOf, metadataOf } from './event.js';

/** A lab in memory with one open experiment. With a clock, its timestamps are that clock's. */
export async function openExperiment(options = {}) {
  const lab = createCrucible({ store: memoryStore(), ...options });
  const experiment = await lab.startExperiment({ name: 'bench' });
  return { lab, experiment };
}

/** Ends it, after making sure that every event was kept: a figure for lost events would mean nothing. */
export async function closeExperiment({ lab, experiment }, expected) {
  const { stored } = experiment.ledger();
  if (stored !== expected) throw new Error(`${stored} of ${expected} events were stored.`);
  await experiment.stop();
  await lab.close();
}

/** A clock that advances by `stepMicros` whenever it is read. */
export function steppingClock(stepMicros, start = Date.UTC(2026, 0, 1) * 1000) {
  let now = start - stepMicros;
  return {
    nowMicros: () => {
      now += stepMicros;
      return now;
    },
  };
}

const PART = 100_000;

/** Executes `count` events into the open experiment, holding the values of only a part of them at a time. */
export function fill(count, model = () => 'gpt-4o') {
  const stop = telemetry.event(EVENT_NAME);
  for (let done = 0; done < count; done += PART) {
    const values = makeValues(Math.min(PART, count - done), done + 1);
    for (let i = 0; i < values.count; i++) stop.execute(measurementsOf(values, i), metadataOf(values, i, model(i)));
  }
}
