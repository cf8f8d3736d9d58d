import type { ColumnBatch } from '../../record/batch.ts';
import type { UnreadGroup, WriterScan } from './writer-scan.ts';

/** Rows that are read at a time: whoever asks for the latest few records wants few of them. */
const PART_ROWS = 1024;

/** One writer's segments, and how to read them. */
export interface WriterSource {
  readonly scan: WriterScan;
  readonly bases: readonly string[];
}

/** Something to read, or read already, none of which is later than `latest`. */
interface Item {
  readonly latest: number;
  readonly batch?: ColumnBatch;
  /** What it consists of. */
  readonly open?: () => Promise<Item[]>;
}

/**
 * Batches by falling latest timestamp. Row groups are opened only when their turn comes, and then in parts; live segments are
 * read at the beginning, because nothing says when their records happened.
 */
export async function* newestFirst(sources: readonly WriterSource[]): AsyncGenerator<ColumnBatch> {
  const items: Item[] = [];
  for (const { scan, bases } of sources) {
    for (const base of bases) {
      for await (const found of scan.segment(base)) {
        if ('rows' in found) items.push(batchItem(found));
        else for (const unread of found) items.push(groupItem(scan, unread));
      }
    }
    scan.end();
  }
  items.sort(byLatest);
  for (let item = items.pop(); item; item = items.pop()) {
    if (item.batch) yield item.batch;
    if (!item.open) continue;
    items.push(...(await item.open()));
    items.sort(byLatest);
  }
}

function batchItem(batch: ColumnBatch): Item {
  return { latest: batch.maxTimestamp, batch };
}

function groupItem(scan: WriterScan, unread: UnreadGroup): Item {
  return {
    latest: unread.group.maxTimestamp,
    open: async () =>
      (await scan.split(unread, PART_ROWS)).map(({ part, latest }) => ({ latest, open: () => batches(scan, part) })),
  };
}

async function batches(scan: WriterScan, part: UnreadGroup): Promise<Item[]> {
  const items: Item[] = [];
  for await (const batch of scan.read([part])) items.push(batchItem(batch));
  return items;
}

function byLatest(a: Item, b: Item): number {
  return a.latest < b.latest ? -1 : a.latest > b.latest ? 1 : 0;
}
