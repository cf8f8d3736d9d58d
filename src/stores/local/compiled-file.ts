import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The compiled form of a file of this package, by its path below `dist`, for a thread or process of its own; undefined where
 * the package was bundled into something else.
 */
export function compiledFile(path: string): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) return undefined;
    folder = dirname(folder);
  }
  const file = join(folder, 'dist', path);
  return existsSync(file) ? file : undefined;
}
