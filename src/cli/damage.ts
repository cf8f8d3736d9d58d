import { warn } from './terminal/output.ts';

// What the library says when it had to leave something out. A definition that cannot be read is left out of lists only.
const LEFT_OUT: readonly (string | undefined)[] = ['damaged_data', 'metrics_file_damaged'];
const DEFINITION = 'damaged';

let allExperiments = false;
let records: string | undefined;
let definitions: string | undefined;

/** Says on stderr what the library warns of; Node's own way of printing it says more about the process than about the matter. */
export function showWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning: Error & { readonly code?: string }) => {
    if (warning.name !== 'CrucibleWarning') return;
    warn(warning.message);
    if (LEFT_OUT.includes(warning.code)) records ??= warning.message;
    if (warning.code === DEFINITION) definitions ??= warning.message;
  });
}

/** Says that the command is about all experiments there are: one whose definition cannot be read is missing from its answer. */
export function wantsAllExperiments(): void {
  allExperiments = true;
}

/** What is missing from the answer because it is damaged, as it was said; undefined when the answer is whole. */
export async function damageMet(): Promise<string | undefined> {
  // Warnings come in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  return records ?? (allExperiments ? definitions : undefined);
}
