import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CrucibleError } from '../../core/errors.ts';
import { plural } from '../../core/figures.ts';
import { EXPERIMENT_ID } from '../../core/ids.ts';
import { BatchSchema } from '../../record/schema.ts';
import type { ExperimentState } from '../experiment-state.ts';
import type { LedgerCounts } from '../ledger-counts.ts';
import { ExperimentFiles } from './experiment-files.ts';
import { SealedFiles } from './sealed-files.ts';
import { experimentFolder } from './segment-files.ts';
import { listSegments } from './segment-list.ts';
import { SegmentCheck } from './verify-segments.ts';
import { readNotes, statusOf, type WriterNote } from './writer-files.ts';

// What was not written to for that long is no draft in the making.
const DRAFT_MS = 60_000;

/** Something that was found in a file. */
export interface Finding {
  readonly path: string;
  /** What and where, in a sentence. */
  readonly message: string;
}

/** One segment that was read from end to end. */
export interface VerifiedSegment {
  readonly path: string;
  readonly kind: 'live' | 'sealed';
  /** Good records. */
  readonly records: number;
}

/** What `verifyExperiment` found. */
export interface ExperimentVerification {
  readonly id: string;
  /** Null when the definition is damaged. */
  readonly name: string | null;
  /** Good records in all segments. */
  readonly records: number;
  readonly segments: readonly VerifiedSegment[];
  /** What is lost, doubled, unreadable or contradictory. */
  readonly damage: readonly Finding[];
  /** What is out of the ordinary and costs nothing, or no more than the published bound of a crash. */
  readonly notes: readonly Finding[];
}

/**
 * Checks everything of an experiment that lies in its folder: the definition, the files of its writers, every line of every live
 * segment, footer and content of every sealed one, that no sequence is missing or doubled, and that the ledgers agree with what
 * is there. Changes nothing; it may run while others write.
 */
export async function verifyExperiment(dir: string, id: string): Promise<ExperimentVerification> {
  const folder = experimentFolder(dir, id);
  const damage: Finding[] = [];
  const notes: Finding[] = [];
  const state = await definition(dir, id, damage);
  // Before the segments: a writer that closes meanwhile is then taken for open, which claims less.
  const writers = await readNotes(join(folder, 'writers'));
  await findDamagedNotes(folder, writers, damage);
  const files = new SealedFiles();
  const segments: VerifiedSegment[] = [];
  let records = 0;
  try {
    const order = writers.map(({ writer_id }) => writer_id);
    for (const { writer, bases } of await listSegments(folder, order)) {
      const note = writers.find(({ writer_id }) => writer_id === writer);
      const isOpen = note !== undefined && statusOf(note) === 'open';
      const check = new SegmentCheck(files, new BatchSchema(state ?? { id }, writer), { isOpen, damage, notes });
      const before = damage.length;
      for (const base of bases) await check.segment(base);
      segments.push(...check.segments);
      records += check.records;
      if (note) checkLedger(folder, note, { records: check.records, isDamaged: damage.length > before }, damage, notes);
      else
        damage.push({
          path: noteOf(folder, writer),
          message: `Nothing is known of the writer of ${plural(bases.length, 'segment')}.`,
        });
    }
  } finally {
    files.close();
  }
  await findLeftovers(folder, notes);
  return { id, name: state?.name ?? null, records, segments, damage, notes };
}

async function definition(dir: string, id: string, damage: Finding[]): Promise<ExperimentState | undefined> {
  const path = join(experimentFolder(dir, id), 'experiment.json');
  try {
    const state = await new ExperimentFiles(dir).load(id);
    if (state) return state;
    const isName = EXPERIMENT_ID.test(id);
    damage.push({ path, message: isName ? 'It is not there.' : 'Its folder has a name that no experiment may have.' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CrucibleError)) throw error;
    damage.push({ path, message: error.message });
    return undefined;
  }
}

async function findDamagedNotes(folder: string, known: readonly WriterNote[], damage: Finding[]): Promise<void> {
  const good = new Set(known.map(({ writer_id }) => `${writer_id}.json`));
  for (const name of await readdir(join(folder, 'writers')).catch(() => [])) {
    if (!name.endsWith('.json') || good.has(name)) continue;
    damage.push({ path: join(folder, 'writers', name), message: 'It is not the file of a writer.' });
  }
}

function checkLedger(
  folder: string,
  note: WriterNote,
  { records, isDamaged }: { readonly records: number; readonly isDamaged: boolean },
  damage: Finding[],
  notes: Finding[],
): void {
  const path = noteOf(folder, note.writer_id);
  const { ledger } = note;
  if (ledger.emitted !== accounted(ledger)) {
    damage.push({
      path,
      message: `Its ledger has ${ledger.emitted} events emitted and ${accounted(ledger)} accounted for.`,
    });
  }
  const status = statusOf(note);
  if (status === 'open' || records === ledger.stored) return;
  if (status === 'closed') {
    damage.push({ path, message: `It closed with ${ledger.stored} records stored; its segments have ${records}.` });
  } else if (records < ledger.stored && !isDamaged) {
    // What cannot be read may well have been written, and has been said.
    const lost = ledger.stored - records;
    notes.push({
      path,
      message: `Its process died: ${lost} of the ${ledger.stored} records it had noted were not yet written.`,
    });
  }
}

function accounted({ stored, sampled_out, dropped }: LedgerCounts): number {
  return Object.values(dropped).reduce((sum, count) => sum + count, stored + sampled_out);
}

async function findLeftovers(folder: string, notes: Finding[]): Promise<void> {
  for (const place of ['.', 'writers', 'events']) {
    for (const name of await readdir(join(folder, place)).catch(() => [])) {
      if (!name.endsWith('.tmp') && !name.endsWith('.rejects')) continue;
      const path = join(folder, place, name);
      // A draft may have become its file since it was listed.
      const found = await stat(path).catch(() => undefined);
      if (!found) continue;
      if (name.endsWith('.rejects')) {
        const segment = basename(name, '.rejects');
        notes.push({
          path,
          message: `${found.size} bytes that were no records were set aside when ${segment} was sealed.`,
        });
      } else if (Date.now() - found.mtimeMs > DRAFT_MS) {
        notes.push({ path, message: 'Left over from a process that was killed; nobody reads it.' });
      }
    }
  }
}

function noteOf(folder: string, writer: string): string {
  return join(folder, 'writers', `${writer}.json`);
}
