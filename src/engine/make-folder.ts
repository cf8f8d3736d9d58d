import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

// The runtime's own recursive form never returns where a folder cannot be made although its parent is there (`/proc`).

/** Makes a folder and those around it; resolves to those that were missing, innermost first. Rejects with what the system says. */
export async function makeFolder(folder: string): Promise<string[]> {
  const made: string[] = [];
  await make(folder, made);
  return made;
}

/** The same at once. */
export function makeFolderSync(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })) return;
  makeFolderSync(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isThere(error)) throw error;
  }
}

async function make(folder: string, made: string[]): Promise<void> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found) return;
  await make(dirname(folder), made);
  try {
    await mkdir(folder);
    made.unshift(folder);
  } catch (error) {
    if (!isThere(error)) throw error;
  }
}

// Somebody else may have been faster.
function isThere(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EEXIST';
}
