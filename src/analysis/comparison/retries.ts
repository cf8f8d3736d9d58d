import type { ColumnBatch } from '../../record/batch.ts';
import type { RequestNames } from '../rows/request-names.ts';
import type { Arm } from './arms.ts';
import type { ExperimentRows } from './reading/experiment-rows.ts';
import { numberOf } from './reading/value-reader.ts';

/** Where none of so many requests is a later attempt, retries are too rare to move a mean. */
const LOOKED_AT = 50_000;
const FIELDS = ['metadata.attempt', 'measurements.attempt'] as const;

/**
 * What is to be said of arms whose requests say that they are later attempts, as retries do (`attempt` above 1): they are averaged with
 * the first, as repeats are. Only experiments in which a sample has several requests are read for it, or one has no sample.
 */
export async function retryWarnings(
  arms: readonly Arm[],
  rowsOf: (arm: Arm) => readonly ExperimentRows[],
  requests: RequestNames,
): Promise<string[]> {
  const found: string[] = [];
  for (const arm of arms) {
    const rows = rowsOf(arm);
    for (const [i, { state, batches }] of arm.experiments.entries()) {
      if (!mayRetry(rows[i]!)) continue;
      if (!(await hasRetry(batches({ fields: FIELDS }), (name) => requests.has(state.id, name)))) continue;
      found.push(arm.name);
      break;
    }
  }
  return found.map(textOf);
}

function textOf(arm: string): string {
  return `${arm} has requests that are retries (attempt above 1), and attempts of one sample are taken for repeats and averaged: success_rate, cost and tokens are those of a mean attempt, not of a sample. To compare what became of each sample and what it cost in all, record one score for each of both per sample (experiment.score), or one event around its attempts, and name that in metrics.`;
}

function mayRetry({ requests: { samples, length } }: ExperimentRows): boolean {
  if (!samples) return length > 0;
  let most = 0;
  for (let row = 0; row < length; row++) most = Math.max(most, samples[row]!);
  const seen = new Uint8Array(most + 1);
  for (let row = 0; row < length; row++) {
    const sample = samples[row]!;
    if (sample < 0 || seen[sample] === 1) return true;
    seen[sample] = 1;
  }
  return false;
}

async function hasRetry(batches: AsyncIterable<ColumnBatch>, isRequest: (name: string) => boolean): Promise<boolean> {
  let left = LOOKED_AT;
  for await (const batch of batches) {
    for (let row = 0; row < batch.rows; row++) {
      if (!isRequest(batch.eventName(row))) continue;
      if (FIELDS.some((field) => numberOf(batch.value(field, row)) > 1)) return true;
      if (--left === 0) return false;
    }
  }
  return false;
}
