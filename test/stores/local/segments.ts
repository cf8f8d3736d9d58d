import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { ColumnBatch } from '../../../src/record/batch.ts';
import type { EventRecord } from '../../../src/record/event-record.ts';
import { PriceBook } from '../../../src/record/prices.ts';
import { recordToLine } from '../../../src/record/record-line.ts';
import { Recorder } from '../../../src/record/recorder.ts';
import { BatchSchema } from '../../../src/record/schema.ts';
import { segmentStem } from '../../../src/stores/local/segment-name.ts';
import type { Emitted } from '../../record/tape.ts';

export const NOON = 1_763_900_000_000_000;
export const EXPERIMENT = {
  id: 'exp-1',
  name: 'first',
  study: null,
  condition: 'control',
  replicate: 'r1',
  tags: ['a', 'b'],
};

const PRICES = new PriceBook();

/** The records of some events by one writer, with sequences from `first` on. */
export function recordsOf(events: readonly Emitted[], writer = 'w1', first = 0): EventRecord[] {
  const schema = new BatchSchema(EXPERIMENT, writer);
  const batch = new ColumnBatch(schema, 4096, first);
  const recorder = new Recorder(schema, { prices: PRICES, isRequest: () => false, nextBatch: () => batch });
  events.forEach((event, i) => {
    recorder.begin();
    recorder.capture(
      { name: event.name ?? 'req_llm.request.stop', index: -1 },
      event.measurements ?? {},
      event.metadata ?? {},
      event.timestamp ?? NOON + first + i,
      'run',
      undefined,
      undefined,
      event.explicit,
    );
    recorder.commit();
  });
  return Array.from({ length: batch.rows }, (_, row) => batch.record(row));
}

/** Requests as a program makes them, `count` of them. */
export function requests(count: number, from = 0): Emitted[] {
  return Array.from({ length: count }, (_, i) => ({
    measurements: { duration: 100 + ((from + i) % 50) },
    metadata: {
      provider: 'openai',
      model: ['gpt-4o', 'gpt-4o-mini'][(from + i) % 2],
      request_id: `request-${from + i}`,
      tokens: { prompt: 10 + i, completion: 20 },
      response: 'text '.repeat(i % 9),
      sample_id: `sample-${(from + i) % 7}`,
    },
  }));
}

export function linesOf(records: readonly EventRecord[]): string {
  return records.map((record) => `${recordToLine(record)}\n`).join('');
}

// Registered while the file is collected: a hook that a running test adds never runs.
const made: string[] = [];
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true, maxRetries: 10 });
});

/** An experiment's folder, removed after the tests of the file. */
export function experimentFolder(): {
  readonly path: string;
  live(writer: string, number: number, text: string | Buffer): string;
} {
  const path = mkdtempSync(join(tmpdir(), 'crucible-local-'));
  mkdirSync(join(path, 'events'));
  made.push(path);
  return {
    path,
    live(writer, number, text) {
      const file = join(path, 'events', `${segmentStem({ writer, number })}.jsonl`);
      writeFileSync(file, text);
      return file;
    },
  };
}

export async function collect(batches: AsyncIterable<ColumnBatch>): Promise<EventRecord[]> {
  const records: EventRecord[] = [];
  for await (const batch of batches) for (let row = 0; row < batch.rows; row++) records.push(batch.record(row));
  return records;
}
