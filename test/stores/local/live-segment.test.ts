import { appendFileSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BatchSchema } from '../../../src/record/schema.ts';
import { LiveSegment, type LiveSegmentOptions } from '../../../src/stores/local/live-segment.ts';
import { collect, EXPERIMENT, experimentFolder, linesOf, recordsOf, requests } from './segments.ts';

const folder = experimentFolder();
let files = 0;

function segment(text: string | Buffer, options?: LiveSegmentOptions): LiveSegment & { path: string } {
  const path = folder.live('w1', files++, text);
  return Object.assign(new LiveSegment(path, new BatchSchema(EXPERIMENT, 'w1'), options), { path });
}

describe('a live segment', () => {
  it('holds the records that were written', async () => {
    const records = recordsOf(requests(3000));
    const live = segment(linesOf(records));
    expect(await collect(live.read())).toEqual(records);
    expect(live.rejects).toEqual({ torn: 0, damaged: 0, doubled: 0 });
    expect(live.lastSequence).toBe(2999);
    expect(live.offset).toBe(Buffer.byteLength(linesOf(records)));
  });

  it('is read up to its last line end, wherever it was torn', async () => {
    const records = recordsOf(requests(3));
    const text = Buffer.from(linesOf(records));
    const lastLine = Buffer.byteLength(linesOf(records.slice(0, 2)));
    for (let length = lastLine + 1; length < text.length; length += 7) {
      const live = segment(text.subarray(0, length));
      expect(await collect(live.read())).toEqual(records.slice(0, 2));
      expect(live.rejects).toEqual({ torn: 1, damaged: 0, doubled: 0 });
      expect(live.offset).toBe(lastLine);
    }
  });

  it('goes on where it was when more has come, in the middle of a line too', async () => {
    const records = recordsOf(requests(10));
    const text = linesOf(records);
    const live = segment(text.slice(0, 1500));
    const first = await collect(live.read());
    expect(live.rejects.torn).toBe(1);
    appendFileSync(live.path, text.slice(1500));
    const rest = await collect(live.read());
    expect([...first, ...rest]).toEqual(records);
    expect(live.rejects.torn).toBe(0);
    expect(await collect(live.read())).toEqual([]);
  });

  it('can be read from an offset on', async () => {
    const records = recordsOf(requests(10));
    const live = segment(linesOf(records), {
      offset: Buffer.byteLength(linesOf(records.slice(0, 4))),
      after: records[3]!.sequence,
    });
    expect(await collect(live.read())).toEqual(records.slice(4));
  });

  it.each([
    ['text', 'garbage'],
    ['nothing', ''],
    ['zeros', '\0\0\0\0'],
    ['half a line', '{"event_id":"w1-2","event_name"'],
    [
      'two records in a line',
      linesOf(recordsOf(requests(1), 'w1', 2))
        .trim()
        .repeat(2),
    ],
    ['no object', '[1]'],
    ['no record', '{}'],
    [
      'no sequence',
      linesOf(recordsOf(requests(1), 'w1', 2))
        .trim()
        .replace('"sequence":2,', ''),
    ],
    [
      'a sequence that is text',
      linesOf(recordsOf(requests(1), 'w1', 2))
        .trim()
        .replace(':2,', ':"2",'),
    ],
    [
      'a negative sequence',
      linesOf(recordsOf(requests(1), 'w1', 2))
        .trim()
        .replace(':2,', ':-2,'),
    ],
    ['a record of another writer', linesOf(recordsOf(requests(1), 'w2', 2)).trim()],
    [
      'bytes that are no text',
      Buffer.from(
        linesOf(recordsOf(requests(1), 'w1', 2))
          .trim()
          .replace('openai', 'open\xffai'),
        'latin1',
      ),
    ],
  ])('leaves a damaged line out and counts it: %s', async (_, line) => {
    const records = recordsOf(requests(4));
    const live = segment(
      Buffer.concat([
        Buffer.from(linesOf(records.slice(0, 2))),
        Buffer.from(line),
        Buffer.from(`\n${linesOf(records.slice(2))}`),
      ]),
    );
    expect(await collect(live.read())).toEqual(records);
    expect(live.rejects).toEqual({ torn: 0, damaged: 1, doubled: 0 });
  });

  it('takes a record once', async () => {
    const records = recordsOf(requests(4));
    const live = segment(linesOf([...records, ...records.slice(1, 3)]) + linesOf(recordsOf(requests(2), 'w1', 4)));
    expect((await collect(live.read())).map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(live.rejects).toEqual({ torn: 0, damaged: 0, doubled: 2 });
  });

  it('makes no batch across a gap', async () => {
    const records = recordsOf(requests(4)).filter(({ sequence }) => sequence !== 2);
    expect(await collect(segment(linesOf(records)).read())).toEqual(records);
  });

  it('takes lines of any length', async () => {
    const records = recordsOf([
      { metadata: { response: 'ü'.repeat(700_000) } },
      { metadata: { response: 'short' } },
      { metadata: { response: '😀'.repeat(300_000) } },
    ]);
    expect(await collect(segment(linesOf(records)).read())).toEqual(records);
  });

  it('that is removed while it is read is read on', async () => {
    const records = recordsOf(requests(4000));
    const live = segment(linesOf(records) + linesOf(recordsOf(requests(4000), 'w1', 4000)));
    let rows = 0;
    for await (const batch of live.read()) {
      rmSync(live.path, { force: true });
      rows += batch.rows;
    }
    expect(rows).toBe(8000);
    await expect(collect(live.read())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('does not run after a writer that is faster', async () => {
    const live = segment(linesOf(recordsOf(requests(4096))));
    let next = 4096;
    let rows = 0;
    for await (const batch of live.read()) {
      rows += batch.rows;
      appendFileSync(live.path, linesOf(recordsOf(requests(100), 'w1', next)));
      next += 100;
    }
    expect(rows).toBe(4096);
  });
});
