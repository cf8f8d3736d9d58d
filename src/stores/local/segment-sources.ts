import { stat } from 'node:fs/promises';
import { CrucibleError } from '../../core/errors.ts';
import { warnOnce } from '../../core/warn.ts';
import type { SealedFiles } from './sealed-files.ts';
import type { SealedFooter } from './sealed-footer.ts';
import type { Rejects } from './segment-lines.ts';

/** What a scan had to leave out. */
export interface SkippedData {
  /** The file. */
  readonly path: string;
  /** Lines of a live segment that are no records. A torn last line alone is not worth a note: its writer may be writing it. */
  readonly rejects?: Readonly<Rejects>;
  /** Why a sealed segment cannot be read, or not to its end. */
  readonly error?: CrucibleError;
}

export type OnSkipped = (skipped: SkippedData) => void;

/** A segment as it is found when its turn comes. */
export type FoundSegment = { readonly footer: SealedFooter } | { readonly live: string };

/**
 * Finds a segment, sealed or live. A live one counts only where no whole sealed one is there. Undefined when it is gone, or when it is
 * damaged, which is then reported.
 */
export async function findSegment(
  files: SealedFiles,
  base: string,
  onSkipped: OnSkipped,
): Promise<FoundSegment | undefined> {
  const sealed = sealedPath(base);
  const live = `${base}.jsonl`;
  // Between the first look at the one and the look at the other it may have been sealed.
  for (const _ of [1, 2]) {
    try {
      const footer = await files.footer(sealed);
      if (footer) return { footer };
    } catch (error) {
      if (!isDamage(error)) throw error;
      if (await exists(live)) return { live };
      onSkipped({ path: sealed, error });
      return undefined;
    }
    if (await exists(live)) return { live };
  }
  return undefined;
}

/** The sealed form of a segment. */
export function sealedPath(base: string): string {
  return `${base}.parquet`;
}

/** Whether a sealed segment is damaged, as opposed to a system that refuses or a file of a later version. */
export function isDamage(error: unknown): error is CrucibleError {
  return error instanceof CrucibleError && error.code === 'damaged_data';
}

/** What is said when nobody asked to be told: nothing is left out in silence. */
export function warnOfSkipped(skipped: SkippedData): void {
  const { path, error } = skipped;
  if (error) warnOnce(`damaged_data:${path}`, error.message);
  else if (hasBadLines(skipped)) warnOnce(`damaged_data:${path}`, `${badLines(skipped)}, which are left out.`);
}

/** Ends a scan that is to be whole. */
export function refuseSkipped(skipped: SkippedData): void {
  if (skipped.error) throw skipped.error;
  if (!hasBadLines(skipped)) return;
  throw new CrucibleError('damaged_data', `${badLines(skipped)}.`, { hint: 'crucible verify says where.' });
}

function hasBadLines({ rejects }: SkippedData): boolean {
  return rejects !== undefined && rejects.damaged + rejects.doubled > 0;
}

function badLines({ path, rejects }: SkippedData): string {
  return `${path} has ${rejects?.damaged} damaged and ${rejects?.doubled} doubled lines`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
