import { existsSync } from 'node:fs';
import { mkdtemp, rmdir, statfs } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { bytes, plural } from '../core/figures.ts';
import type { OpenedStore } from './store-access.ts';

/** What `doctor` has looked at. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly message: string;
  /** What to do about it. */
  readonly hint: string | null;
}

const MIN_NODE = [20, 12] as const;
const LITTLE_SPACE = 1e9;
const NO_SPACE = 5e7;

/** The machine: Node, DuckDB, the folder, its disk. */
export async function checkMachine(dir: string): Promise<Check[]> {
  return [checkNode(process.versions.node), await checkDuckDb(), await checkFolder(dir), await checkSpace(dir)];
}

/** The experiments: locks, crashes, segments that could be sealed. */
export async function checkStore({ dir, lab }: OpenedStore, unsealed: number): Promise<Check[]> {
  const { experimentFolders, staleLock } = await import('../stores/local/index.ts');
  const experiments = await lab.listExperiments();
  const folders = await experimentFolders(dir);
  const locks = (await Promise.all(folders.map((id) => staleLock(dir, id)))).filter((path) => path !== undefined);
  const crashed = experiments.filter(({ status }) => status === 'crashed');
  const readable = new Set(experiments.map(({ id }) => id));
  const damaged = folders.filter((id) => !readable.has(id));
  return [
    damaged.length === 0
      ? check('experiments', 'ok', `${plural(experiments.length, 'experiment')} in ${dir}`)
      : check(
          'experiments',
          'failed',
          `The definition of ${damaged.join(', ')} cannot be read.`,
          'crucible verify says more.',
        ),
    locks.length === 0
      ? check('locks', 'ok', 'no lock of a dead process')
      : check(
          'locks',
          'warning',
          locks.map((path) => relative(dir, path)).join(', '),
          'The next change of the experiment breaks it.',
        ),
    crashed.length === 0
      ? check('crashes', 'ok', 'no experiment crashed')
      : check(
          'crashes',
          'warning',
          `crashed: ${crashed.map(({ name, id }) => `${name} (${id})`).join(', ')}`,
          'lab.resumeExperiment(id) goes on with it; crucible stop ends it.',
        ),
    unsealed === 0
      ? check('segments', 'ok', 'all that are finished are sealed')
      : check(
          'segments',
          'warning',
          `${plural(unsealed, 'finished segment')} not sealed`,
          'crucible doctor --seal makes them smaller and quicker to read.',
        ),
  ];
}

/** Segments in the whole store that nobody writes to any more. */
export async function unsealedOf({ dir }: OpenedStore): Promise<string[]> {
  const { experimentFolders, unsealedSegments } = await import('../stores/local/index.ts');
  const found: string[] = [];
  for (const id of await experimentFolders(dir)) found.push(...(await unsealedSegments(dir, id)));
  return found;
}

function check(name: string, status: Check['status'], message: string, hint: string | null = null): Check {
  return { name, status, message, hint };
}

function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = MIN_NODE;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
    ? check('node', 'ok', version)
    : check('node', 'failed', version, `Install Node.js ${MIN_NODE.join('.')} or later.`);
}

async function checkDuckDb(): Promise<Check> {
  try {
    const { openEngine } = await import('../engine/duckdb.ts');
    const { tmpdir } = await import('node:os');
    const engine = await openEngine({ tempFolder: join(tmpdir(), `crucible-doctor-${process.pid}`) });
    const [[version]] = (await engine.connection.runAndReadAll('SELECT version()')).getRows() as [[string]];
    engine.close();
    return check('duckdb', 'ok', version);
  } catch (error) {
    return check('duckdb', 'failed', (error as Error).message);
  }
}

async function checkFolder(dir: string): Promise<Check> {
  const folder = existing(dir);
  try {
    await rmdir(await mkdtemp(join(folder, '.crucible-doctor-')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return check(
      'folder',
      'failed',
      `${folder} cannot be written (${code}).`,
      'Choose another with --dir or CRUCIBLE_DIR.',
    );
  }
  return check('folder', 'ok', folder === dir ? dir : `${dir} is not there yet and can be made`);
}

async function checkSpace(dir: string): Promise<Check> {
  const { bavail, bsize } = await statfs(existing(dir));
  const free = bavail * bsize;
  const message = `${bytes(free)} free`;
  if (free < NO_SPACE)
    return check('disk', 'failed', message, 'Free some space: events that cannot be written are lost.');
  return free < LITTLE_SPACE
    ? check('disk', 'warning', message, 'A million events take about 0.6 GB until sealed.')
    : check('disk', 'ok', message);
}

// The folder itself, or the nearest one above it that is there.
function existing(dir: string): string {
  let folder = dir;
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}
