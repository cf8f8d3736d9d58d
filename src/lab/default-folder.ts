import { resolve } from 'node:path';

let folder: string | undefined;

/**
 * The folder of the default lab, as its first use finds it: `CRUCIBLE_DIR`, else `.crucible` in the working directory. Events and
 * metric points go to the same one, wherever the process goes from there.
 */
export function defaultFolder(): string {
  folder ??= resolve(process.env.CRUCIBLE_DIR || '.crucible');
  return folder;
}
