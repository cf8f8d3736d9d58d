import { join } from 'node:path';
import type { ColumnBatch } from '../../record/batch.ts';
import { BatchSchema } from '../../record/schema.ts';
import type { ExperimentState } from '../experiment-state.ts';
import type { ScanOptions } from '../store.ts';
import { newestFirst } from './newest-first.ts';
import type { SealedFiles } from './sealed-files.ts';
import { listSegments } from './segment-list.ts';
import { type OnSkipped, refuseSkipped, sealedPath, warnOfSkipped } from './segment-sources.ts';
import { WriterScan, type WriterScanOptions } from './writer-scan.ts';

export interface SegmentScanOptions extends ScanOptions {
  /** Told what had to be left out. Default: a warning, once for each file; the end of the scan where it is to be `whole`. */
  readonly onSkipped?: OnSkipped;
  /** With how many records each writer closed that has, by its name. */
  readonly stored?: ReadonlyMap<string, number>;
}

/**
 * The records in an experiment's folder, each once, from live and sealed segments: by (writer, sequence) with the writers in the
 * order given and unknown ones after them, or by falling latest timestamp. It may run while others write and seal.
 *
 * @throws `unsupported_version` for a segment of a later version of the library; `damaged_data` where all is wanted `whole`.
 */
export async function* scanSegments(
  files: SealedFiles,
  folder: string,
  state: ExperimentState,
  writersInOrder: readonly string[],
  options: SegmentScanOptions = {},
): AsyncGenerator<ColumnBatch> {
  const { range, onSkipped = options.whole ? refuseSkipped : warnOfSkipped } = options;
  const sources = (await listSegments(folder, writersInOrder)).map(({ writer, bases }) => ({
    scan: new WriterScan(files, new BatchSchema(state, writer), {
      projection: options,
      range,
      onSkipped,
      closed: closedWith(folder, writer, options.stored),
    }),
    bases,
  }));
  if (options.newestFirst) {
    yield* newestFirst(sources);
    return;
  }
  for (const { scan, bases } of sources) {
    for (const [i, base] of bases.entries()) {
      const next = bases[i + 1];
      if (next !== undefined) files.expect(sealedPath(next));
      for await (const found of scan.segment(base)) {
        if ('rows' in found) yield found;
        else yield* scan.read(found);
      }
    }
    scan.end();
  }
}

function closedWith(folder: string, writer: string, stored: SegmentScanOptions['stored']): WriterScanOptions['closed'] {
  const records = stored?.get(writer);
  return records === undefined ? undefined : { path: join(folder, 'writers', `${writer}.json`), stored: records };
}
