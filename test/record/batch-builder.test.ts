import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BATCH_ROWS, type ColumnBatch } from '../../src/record/batch.ts';
import { BatchBuilder } from '../../src/record/batch-builder.ts';
import type { EventRecord } from '../../src/record/event-record.ts';
import { LineEncoder } from '../../src/record/line-encoder.ts';
import { fieldsFromLine, recordFromLine, recordToLine } from '../../src/record/record-line.ts';
import { BatchSchema } from '../../src/record/schema.ts';
import { type Emitted, keepAll, Tape } from './tape.ts';
import { jsonLike, number, objectOf } from './values.ts';

function rebuilt(records: readonly Partial<EventRecord>[], capacity = BATCH_ROWS): ColumnBatch[] {
  const builder = new BatchBuilder(new BatchSchema({ id: 'exp-1' }, 'w1'), capacity);
  const batches: (ColumnBatch | undefined)[] = [];
  for (const record of records) {
    if (!builder.fits(record.sequence!)) batches.push(builder.take());
    builder.add(record);
  }
  batches.push(builder.take());
  return batches.filter((batch) => batch !== undefined);
}

function records(batches: readonly ColumnBatch[]): EventRecord[] {
  return batches.flatMap((batch) => Array.from({ length: batch.rows }, (_, row) => batch.record(row)));
}

const names = ['req_llm.request.stop', 'crucible_train.epoch.stop', 'my_app.x', 'my_app.y.exception'];
const events: fc.Arbitrary<Emitted[]> = fc.array(
  fc.record({
    name: fc.constantFrom(...names),
    measurements: objectOf(fc.oneof(number, jsonLike())),
    metadata: objectOf(jsonLike()),
    timestamp: fc.integer({ min: -1e15, max: 1e15 }),
  }) as fc.Arbitrary<Emitted>,
  { minLength: 1, maxLength: 12 },
);

describe('records that were read back', () => {
  it('make the batches that recording them made, whatever they hold', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 5 }), (emitted, capacity) => {
        const lines = keepAll(emitted).records().map(recordToLine);
        // A lone surrogate does not outlive being written: what a line says is what counts.
        deepStrictEqual(records(rebuilt(lines.map(fieldsFromLine), capacity)), lines.map(recordFromLine));
      }),
      { numRuns: 200 },
    );
  });

  it('write the lines that they were read from', () => {
    fc.assert(
      fc.property(events, (emitted) => {
        const lines = keepAll(emitted).records().map(recordToLine);
        const again = rebuilt(lines.map(recordFromLine)).flatMap((batch) =>
          new LineEncoder().lines(batch, 0, batch.rows),
        );
        deepStrictEqual(again.map(recordFromLine), lines.map(recordFromLine));
      }),
      { numRuns: 100 },
    );
  });

  it('keep the ids they were given and need none where writer and sequence say it', () => {
    const tape = new Tape();
    tape.keep({});
    tape.keep({ explicit: { event_id: 'from-elsewhere' } });
    const [batch] = rebuilt(tape.records());
    expect(records([batch!]).map(({ event_id }) => event_id)).toEqual(['w1-0', 'from-elsewhere']);
  });

  it('keep the category they were recorded with, not that of the registry', () => {
    const record = { ...keepAll([{ name: 'req_llm.request.stop' }]).records()[0]!, category: 'mine' };
    expect(records(rebuilt([record]))[0]!.category).toBe('mine');
  });

  it('begin another batch at a gap of the sequence and when one is full', () => {
    const all = keepAll(Array.from({ length: 10 }, () => ({}))).records();
    const batches = rebuilt(
      all.filter(({ sequence }) => sequence !== 3),
      4,
    );
    expect(batches.map(({ firstSequence, rows }) => [firstSequence, rows])).toEqual([
      [0, 3],
      [4, 4],
      [8, 2],
    ]);
    expect(records(batches).map(({ sequence }) => sequence)).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
  });

  it('know the time they span', () => {
    const [batch] = rebuilt(keepAll([{ timestamp: 5 }, { timestamp: -7 }, { timestamp: 3 }]).records());
    expect([batch!.minTimestamp, batch!.maxTimestamp]).toEqual([-7, 5]);
  });

  it('hold a thousand paths in columns and what is beyond them all the same', () => {
    const emitted = Array.from({ length: 3 }, (_, part) => ({
      metadata: Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`key_${part}_${i}`, { deep: i }])),
    }));
    const recorded = keepAll(emitted).records();
    deepStrictEqual(records(rebuilt(recorded)), recorded);
  });
});
