// @ts-check
// Checks the library's promises on the data itself: nothing lost silently, nothing in the wrong experiment.
import { deploymentEvents, telemetry, trainingEvents } from 'crucible-telemetry';
import { study } from './study.js';
import { signature } from './trial.js';

/** @typedef {import('crucible-telemetry').Experiment} Experiment */
/** @typedef {Awaited<ReturnType<typeof auditExperiment>>} Audit */

/**
 * A second count, apart from the library's: a handler on the bus that counts events by the trial that signed them.
 */
export function startWitness() {
  /** @type {Map<unknown, number>} */
  const seen = new Map();
  telemetry.attach('witness', [...trainingEvents(), ...deploymentEvents()], (_name, _measurements, { job_id }) => {
    seen.set(job_id, (seen.get(job_id) ?? 0) + 1);
  });
  return seen;
}

/**
 * Reads all records of an experiment and holds them against its ledger and the witness. A record is foreign when it carries the
 * id of another experiment, or when the trial that emitted it signed it with another name.
 * @param {Experiment} experiment
 * @param {ReadonlyMap<unknown, number>} witness
 */
export async function auditExperiment(experiment, witness) {
  const own = signature(experiment);
  /** @type {number[]} */
  const timestamps = [];
  let foreign = 0;
  for await (const record of experiment.records()) {
    timestamps.push(record.timestamp);
    if (record.experiment_id !== experiment.id || record.metadata.job_id !== own) foreign++;
  }

  const { emitted, stored, sampled_out, dropped: reasons } = await experiment.ledgerAll();
  const dropped = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  // Scores go to the experiment itself, not over the bus: one for each test image.
  const expected = (witness.get(own) ?? 0) + study.images.test;
  const sound =
    emitted === expected && emitted === stored + sampled_out + dropped && timestamps.length === stored && foreign === 0;
  return { name: experiment.name, expected, emitted, stored, dropped, foreign, timestamps, sound };
}

/**
 * How often the next event in time came from another experiment: without turns, isolation would have proved nothing.
 * @param {Audit[]} audits
 */
export function countTurns(audits) {
  const events = audits.flatMap((audit) => audit.timestamps.map((timestamp) => ({ timestamp, audit })));
  events.sort((a, b) => a.timestamp - b.timestamp);
  return events.filter((event, i) => i > 0 && event.audit !== events[i - 1]?.audit).length;
}
