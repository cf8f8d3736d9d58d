// @ts-check
// Checks the library's promises on the data itself: nothing lost silently, nothing in the wrong experiment.
import { signature } from './trial.js';

/** @typedef {import('crucible-telemetry').Experiment} Experiment */
/** @typedef {Awaited<ReturnType<typeof auditExperiment>>} Audit */

/**
 * Reads all records of an experiment and holds them against its ledger. A record is foreign when it carries the id of another
 * experiment, or when the trial that emitted it signed it with another name.
 * @param {Experiment} experiment
 */
export async function auditExperiment(experiment) {
  const own = signature(experiment);
  /** @type {number[]} */
  const timestamps = [];
  let foreign = 0;
  for await (const record of experiment.records()) {
    timestamps.push(record.timestamp);
    const signed = record.metadata.job_id ?? own;
    if (record.experiment_id !== experiment.id || signed !== own) foreign++;
  }

  const ledger = await experiment.ledgerAll();
  const dropped = Object.values(ledger.dropped).reduce((sum, count) => sum + count, 0);
  const balanced = ledger.emitted === ledger.stored + ledger.sampled_out + dropped;
  const complete = timestamps.length === ledger.stored;
  return { name: experiment.name, ledger, dropped, foreign, timestamps, sound: balanced && complete && foreign === 0 };
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
