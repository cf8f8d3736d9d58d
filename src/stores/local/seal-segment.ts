import { open, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CrucibleError } from '../../core/errors.ts';
import { type Engine, sqlFile } from '../../engine/duckdb.ts';
import { unreadable } from '../../engine/file-errors.ts';
import { type Draft, replaceFile } from '../../engine/replace-file.ts';
import { fieldsFromLine } from '../../record/record-line.ts';
import { NEVER_NULL } from '../../record/record-schema.ts';
import { noteChecksum } from './checksum.ts';
import { lineBlocks } from './line-blocks.ts';
import { removeLive, stillOpen } from './remove-live.ts';
import { type SealedContent, sealingMemory, sealStatement } from './sealed-file.ts';
import { readError, readFooter, type SealedFooter } from './sealed-footer.ts';
import type { Rejects } from './segment-lines.ts';
import { parseSegmentName } from './segment-name.ts';
import { splitLines } from './split-lines.ts';

/** What became of a live segment. */
export interface SealResult {
  /**
   * `sealed`: it is Parquet now. `already_sealed`: it was, and what was left of the live one is gone. `empty`: it had no record and is
   * gone. `gone`: there is no such segment.
   */
  readonly outcome: 'sealed' | 'already_sealed' | 'empty' | 'gone';
  readonly rows: number;
  /** Lines that were no records; they are kept beside it as `<segment>.rejects`. */
  readonly rejects: Readonly<Rejects>;
}

const NONE: Readonly<Rejects> = { torn: 0, damaged: 0, doubled: 0 };
const NEWLINE = 10;
// A store that is moved or removed meanwhile must not come back.
const BESIDE = { makeFolders: false };
// How a line has a field that is −0.
const NEGATIVE_ZEROS = [Buffer.from(':-0.0,'), Buffer.from(':-0.0}')];

/**
 * Turns a live segment, which nobody writes to any more, into a sealed one. At every moment there is the live segment or the whole
 * sealed one, so it may be killed at any step and run again, also by several processes at a time.
 *
 * @throws `experiment_open` when the segment grows meanwhile, `path_unwritable`, `path_unreadable`. Then it is as it was.
 */
export async function sealSegment(engine: Engine, path: string): Promise<SealResult> {
  const name = parseSegmentName(basename(path));
  if (!name || name.sealed) {
    throw new CrucibleError('invalid_argument', `${path} is no live segment.`, {
      hint: 'Name a file such as events/<writer>-00000000.jsonl.',
    });
  }
  const base = path.slice(0, -'.jsonl'.length);
  const target = `${base}.parquet`;
  const sealed = await wholeFooter(engine, target);
  try {
    const lines = await survey(path);
    if (sealed) {
      if (!lines || !hasMore(lines, sealed)) {
        // Who sealed it may have been killed before that.
        if (lines) await noteChecksum(target);
        await rm(path, { force: true });
        return { outcome: 'already_sealed', rows: 0, rejects: NONE };
      }
      // Its writer had not ended.
      await rm(target, { force: true });
    }
    if (!lines) return { outcome: 'gone', rows: 0, rejects: NONE };
    const result =
      (await sealWhole(engine, path, target, name.writer, lines)) ??
      (await sealGood(engine, path, base, name.writer, lines));
    if (result.outcome === 'sealed') await noteChecksum(target);
    await removeLive(path, target, lines.size);
    return result;
  } catch (error) {
    // Another process was faster, which is as good.
    if (!(await exists(path)) && (await wholeFooter(engine, target)))
      return { outcome: 'already_sealed', rows: 0, rejects: NONE };
    if (!(await exists(dirname(path)))) return { outcome: 'gone', rows: 0, rejects: NONE };
    throw error;
  }
}

interface Lines {
  readonly size: number;
  readonly count: number;
  readonly longest: number;
  readonly hasNegativeZero: boolean;
  /** Whether the last one has its end. */
  readonly ended: boolean;
  readonly firstSequence: number;
  /** Of the last whole line; −1 when that says none. */
  readonly lastSequence: number;
}

// The quick way, for a segment in which every line is good: undefined when some line is not.
async function sealWhole(
  engine: Engine,
  path: string,
  target: string,
  writer: string,
  lines: Lines,
): Promise<SealResult | undefined> {
  if (!lines.ended || lines.count === 0 || lines.firstSequence < 0) return undefined;
  const { firstSequence, longest, hasNegativeZero } = lines;
  const content = { writer, firstSequence, rows: lines.count, longest, hasNegativeZero, bytes: lines.size };
  try {
    await replaceFile(target, (draft) => seal(engine, path, path, lines.size, content, draft), BESIDE);
  } catch (error) {
    if (error instanceof CrucibleError && error.code === 'damaged_data') return undefined;
    throw error;
  }
  await syncFolder(dirname(target));
  return { outcome: 'sealed', rows: lines.count, rejects: NONE };
}

// What is no record has to be safe elsewhere before the segment goes.
async function sealGood(engine: Engine, path: string, base: string, writer: string, lines: Lines): Promise<SealResult> {
  const rejectsPath = `${base}.rejects`;
  const { rows, firstSequence, rejects } = await replaceFile(
    rejectsPath,
    (draft) => splitLines(path, writer, { rejects: draft.path }),
    BESIDE,
  );
  if (rejects.torn + rejects.damaged + rejects.doubled === 0) await rm(rejectsPath, { force: true });
  if (rows > 0) {
    const content = {
      writer,
      firstSequence,
      rows,
      longest: lines.longest,
      bytes: lines.size,
      hasNegativeZero: lines.hasNegativeZero,
    };
    await replaceFile(
      `${base}.parquet`,
      async (draft) => {
        const good = join(draft.folder, 'lines.jsonl');
        await splitLines(path, writer, { good });
        await seal(engine, good, path, lines.size, content, draft);
      },
      BESIDE,
    );
  } else if ((await stat(path)).size !== lines.size) {
    throw stillOpen(path);
  }
  await syncFolder(dirname(path));
  return { outcome: rows > 0 ? 'sealed' : 'empty', rows, rejects };
}

async function seal(
  engine: Engine,
  lines: string,
  live: string,
  size: number,
  content: SealedContent,
  draft: Draft,
): Promise<void> {
  try {
    await engine.run(`SET memory_limit = '${sealingMemory(content)}'`);
    await engine.run(sealStatement(lines, draft.path, content));
  } catch (error) {
    throw readError(lines, error);
  }
  if ((await stat(live)).size !== size) throw stillOpen(live);
  const footer = await readFooter(engine, draft.path);
  if (!(await holds(engine, footer, content))) {
    throw new CrucibleError('damaged_data', `What was sealed of ${live} is not what it holds.`);
  }
}

async function holds(
  engine: Engine,
  footer: SealedFooter,
  { writer, firstSequence, rows }: SealedContent,
): Promise<boolean> {
  if (footer.rows !== rows || footer.writer !== writer || footer.groups[0]?.firstSequence !== firstSequence)
    return false;
  for (const { columns } of footer.groups) {
    const writers = columns.get('writer_id')!;
    if (writers.min !== writer || writers.max !== writer) return false;
    for (const field of NEVER_NULL) if ((columns.get(field)?.nulls ?? 0) > 0) return false;
  }
  return sequencesRise(engine, footer);
}

async function sequencesRise(engine: Engine, { path, rows }: SealedFooter): Promise<boolean> {
  const sql = `SELECT sequence::DOUBLE FROM read_parquet(${sqlFile(path)}, hive_partitioning = false)`;
  let seen = 0;
  let last = -1;
  try {
    const result = await engine.connection.stream(sql);
    for await (const chunk of result) {
      for (const sequence of chunk.getColumnValues(0) as (number | null)[]) {
        if (sequence === null || sequence <= last) return false;
        last = sequence;
        seen++;
      }
    }
  } catch (error) {
    throw readError(path, error);
  }
  return seen === rows;
}

/** What a sealed segment says about itself; undefined unless it is there, complete and readable. */
async function wholeFooter(engine: Engine, path: string): Promise<SealedFooter | undefined> {
  if (!(await exists(path))) return undefined;
  try {
    const footer = await readFooter(engine, path);
    return (await sequencesRise(engine, footer)) ? footer : undefined;
  } catch (error) {
    if (error instanceof CrucibleError && error.code === 'damaged_data') return undefined;
    throw error;
  }
}

// Whether lines have come after those that were sealed, and those are still there.
function hasMore({ count, lastSequence }: Lines, { rows, groups }: SealedFooter): boolean {
  return count > rows && lastSequence > groups.at(-1)!.lastSequence;
}

// Undefined when the file is gone.
async function survey(path: string): Promise<Lines | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  });
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    let count = 0;
    let longest = 0;
    let ended = true;
    let hasNegativeZero = false;
    let firstSequence = -1;
    let lastSequence = -1;
    for await (const { bytes, whole } of lineBlocks(file, path, 0)) {
      ended = whole;
      if (!whole) break;
      if (count === 0) firstSequence = sequenceOf(bytes.toString('utf8', 0, bytes.indexOf(NEWLINE)));
      hasNegativeZero ||= NEGATIVE_ZEROS.some((zero) => bytes.includes(zero));
      for (let from = 0; from < bytes.length; count++) {
        const next = bytes.indexOf(NEWLINE, from) + 1;
        longest = Math.max(longest, next - from);
        if (next === bytes.length) lastSequence = sequenceOf(bytes.toString('utf8', from, next - 1));
        from = next;
      }
    }
    return { size, count, longest, hasNegativeZero, ended, firstSequence, lastSequence };
  } finally {
    await file.close();
  }
}

function sequenceOf(line: string): number {
  try {
    return fieldsFromLine(line).sequence!;
  } catch {
    return -1;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

// A power cut must not undo the renaming and keep the removal that follows.
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    // Not every system can sync a folder.
    if (!['EISDIR', 'EINVAL', 'EPERM', 'EACCES', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  }
}
