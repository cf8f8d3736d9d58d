import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ClockAnchor } from '../../core/clock.ts';
import { CrucibleError } from '../../core/errors.ts';
import { makeFolderSync } from '../../engine/make-folder.ts';
import { SCHEMA_VERSION } from '../../record/fields.ts';
import type { LedgerCounts } from '../ledger-counts.ts';
import type { WriterStatus } from '../store.ts';
import { type Check, isNumber, isObject, isOneOf, isText, orNull } from './checks.ts';
import { replaceText } from './experiment-files.ts';
import { isThreadAlive, type ProcessIdentity, thisProcess } from './process-identity.ts';
import { isAnothers } from './same-experiment.ts';

/** What a writer notes about itself, in a file that nobody else writes. Times are microseconds since the Unix epoch. */
export interface WriterNote extends ProcessIdentity {
  readonly schema_version: number;
  readonly writer_id: string;
  /** Position among the writers of its experiment, in the order in which they were opened. */
  readonly ordinal: number;
  readonly opened_at: number;
  readonly heartbeat_at: number;
  readonly closed_at: number | null;
  readonly clock_anchors: readonly ClockAnchor[];
  readonly ledger: LedgerCounts;
}

/** After that long without a heartbeat a writer of another machine, container or thread counts as crashed, by the clock of the reader. */
const SILENCE_MS = 30_000;

/** When a reader first saw each heartbeat, but for the first of a writer: clocks of other machines are not compared with ours. */
const firstSeen = new Map<string, { heartbeat: number; at: number }>();

export function newNote(
  known: Pick<WriterNote, 'schema_version' | 'writer_id' | 'ordinal' | 'opened_at' | 'ledger'>,
): WriterNote {
  return { ...known, heartbeat_at: known.opened_at, closed_at: null, clock_anchors: [], ...thisProcess() };
}

/** Writes a note; nothing when the experiment was removed, whatever was started under its id since. */
export async function writeNote(folder: string, note: WriterNote, startedAt: number | null): Promise<void> {
  if (!madeAgain(folder, startedAt)) return;
  try {
    // What a note lost with the power would have said stands in the writer's segments.
    await replaceText(join(folder, `${note.writer_id}.json`), textOf(note), writeFile);
  } catch (error) {
    // The experiment may have been removed since.
    if (madeAgain(folder, startedAt)) throw error;
  }
}

/** Takes back the note of a writer that never came to write. */
export async function removeNote(folder: string, note: WriterNote): Promise<void> {
  await rm(join(folder, `${note.writer_id}.json`), { force: true }).catch(() => undefined);
}

/** Writes a note in a process that is about to end. An earlier one that is being written does not come after it. */
export function writeNoteSync(folder: string, note: WriterNote, startedAt: number | null): void {
  if (!madeAgain(folder, startedAt)) return;
  const name = `${note.writer_id}.json`;
  const path = join(folder, name);
  for (const draft of readdirSync(folder)) {
    if (draft.startsWith(`${name}.`)) rmSync(join(folder, draft), { force: true });
  }
  writeFileSync(`${path}.tmp`, textOf(note));
  renameSync(`${path}.tmp`, path);
}

/**
 * The notes of an experiment's writers in the order in which they were opened. A damaged one is left out.
 *
 * @throws `unsupported_version` when a later version of the library has written to the experiment.
 */
export async function readNotes(folder: string): Promise<WriterNote[]> {
  const names = await readdir(folder).catch(() => []);
  const notes: WriterNote[] = [];
  for (const name of names) {
    if (!name.endsWith('.json')) continue;
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    const note = text === undefined ? undefined : noteOf(text, join(folder, name), basename(name, '.json'));
    if (note) notes.push(note);
  }
  return notes.sort(
    (a, b) => a.ordinal - b.ordinal || a.opened_at - b.opened_at || (a.writer_id < b.writer_id ? -1 : 1),
  );
}

/** With how many records each writer closed, of those that closed by themselves. */
export function recordsOfClosed(notes: readonly WriterNote[]): ReadonlyMap<string, number> {
  return new Map(
    notes.filter(({ closed_at }) => closed_at !== null).map((note) => [note.writer_id, note.ledger.stored]),
  );
}

/** How a writer stands: closed by itself, or open, or open with nobody behind it. */
export function statusOf(note: WriterNote): WriterStatus {
  if (note.closed_at !== null) return 'closed';
  const alive = isThreadAlive(note) ?? wasHeardLately(note);
  return alive ? 'open' : 'crashed';
}

function wasHeardLately({ writer_id, heartbeat_at }: WriterNote): boolean {
  const seen = firstSeen.get(writer_id);
  if (seen?.heartbeat === heartbeat_at) return performance.now() - seen.at < SILENCE_MS;
  // The first look has nothing to compare with but the other machine's clock; what it finds holds until the heartbeat moves.
  const age = seen === undefined ? Math.max(0, Date.now() - heartbeat_at / 1000) : 0;
  firstSeen.set(writer_id, { heartbeat: heartbeat_at, at: performance.now() - age });
  return age < SILENCE_MS;
}

const NO_COUNTS: LedgerCounts = {
  emitted: 0,
  stored: 0,
  sampled_out: 0,
  dropped: { paused: 0, stopped: 0, duplicate: 0, overflow: 0, encode: 0, capacity: 0 },
};

// Undefined for what is no note: one wrong value, taken for what it should be, would break whatever reads the whole store.
function noteOf(text: string, path: string, name: string): WriterNote | undefined {
  let note: unknown;
  try {
    note = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(note)) return undefined;
  const { schema_version } = note;
  if (typeof schema_version === 'number' && schema_version > SCHEMA_VERSION) {
    throw new CrucibleError(
      'unsupported_version',
      `${path} has schema version ${schema_version}; this version of crucible-telemetry reads up to ${SCHEMA_VERSION}.`,
      { hint: 'Update crucible-telemetry to read this experiment.' },
    );
  }
  if (note.writer_id !== name) return undefined;
  for (const [key, isRight] of Object.entries(KEYS)) if (key in note && !isRight(note[key])) return undefined;
  const known = note as Partial<WriterNote>;
  return { ...defaultsOf(known.opened_at ?? 0), ...known, writer_id: name };
}

const isAnchor: Check = (value) => isObject(value) && isNumber(value.at) && isNumber(value.offset_micros);
const isDropped: Check = (value) =>
  isObject(value) &&
  Object.keys(NO_COUNTS.dropped).every((reason) => reason in value) &&
  Object.values(value).every(isNumber);
const isLedger: Check = (value) =>
  isObject(value) &&
  [value.emitted, value.stored, value.sampled_out].every(isNumber) &&
  isDropped(value.dropped) &&
  (value.held === undefined || isNumber(value.held)) &&
  isOneOf(undefined, true)(value.unclean);

const KEYS: Readonly<Record<Exclude<keyof WriterNote, 'writer_id'>, Check>> = {
  schema_version: isNumber,
  ordinal: isNumber,
  opened_at: isNumber,
  heartbeat_at: isNumber,
  closed_at: orNull(isNumber),
  clock_anchors: (value) => Array.isArray(value) && value.every(isAnchor),
  ledger: isLedger,
  host: isText,
  boot_id: orNull(isText),
  pid_namespace: orNull(isText),
  pid: isNumber,
  pid_started: orNull(isText),
  thread: isNumber,
};

// What a key means that the version did not know yet by which a note was written.
function defaultsOf(openedAt: number): Omit<WriterNote, 'writer_id'> {
  return {
    schema_version: SCHEMA_VERSION,
    ordinal: 0,
    opened_at: openedAt,
    heartbeat_at: openedAt,
    closed_at: null,
    clock_anchors: [],
    ledger: NO_COUNTS,
    host: '',
    boot_id: null,
    pid_namespace: null,
    pid: 0,
    pid_started: null,
    thread: 0,
  };
}

// Somebody may have removed the folder of notes; without the definition there is nothing to note.
function madeAgain(folder: string, startedAt: number | null): boolean {
  if (isAnothers(dirname(folder), startedAt)) return false;
  if (existsSync(folder)) return true;
  if (!existsSync(join(folder, '..', 'experiment.json'))) return false;
  makeFolderSync(folder);
  return true;
}

function textOf(note: WriterNote): string {
  return `${JSON.stringify(note)}\n`;
}
