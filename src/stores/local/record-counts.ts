import { open, stat } from 'node:fs/promises';
import { lineBlocks } from './line-blocks.ts';
import type { SealedFiles } from './sealed-files.ts';
import { listSegments } from './segment-list.ts';

const NEWLINE = 10;
const BRACE = 123;

interface Counted {
  readonly size: number;
  readonly records: number;
}

/** Counts what is in the segments of a writer without reading it: lines of live ones, footers of sealed ones. */
export class RecordCounts {
  readonly #sealed: SealedFiles;
  // A live segment that has not grown is not counted again.
  readonly #known = new Map<string, Counted>();

  constructor(sealed: SealedFiles) {
    this.#sealed = sealed;
  }

  /** @param folder Of the experiment. */
  async of(folder: string, writer: string): Promise<number> {
    const own = (await listSegments(folder, [writer])).find((each) => each.writer === writer);
    let total = 0;
    for (const base of own?.bases ?? []) total += await this.#ofSegment(base);
    return total;
  }

  async #ofSegment(base: string): Promise<number> {
    const footer = await this.#sealed.footer(`${base}.parquet`).catch(() => undefined);
    if (footer) return footer.rows;
    const path = `${base}.jsonl`;
    const found = await stat(path).catch(() => undefined);
    if (!found) return 0;
    const known = this.#known.get(path);
    if (known?.size === found.size) return known.records;
    const records = await linesIn(path);
    this.#known.set(path, { size: found.size, records });
    return records;
  }
}

async function linesIn(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    let lines = 0;
    for await (const { bytes, whole } of lineBlocks(file, path, 0)) {
      if (!whole) break;
      // What somebody else has added is no object.
      for (let at = 0; at < bytes.length; at = bytes.indexOf(NEWLINE, at) + 1) if (bytes[at] === BRACE) lines++;
    }
    return lines;
  } finally {
    await file.close();
  }
}
