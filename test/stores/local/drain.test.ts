import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ColumnBatch } from '../../../src/record/batch.ts';
import { PriceBook } from '../../../src/record/prices.ts';
import { Recorder } from '../../../src/record/recorder.ts';
import { BatchSchema } from '../../../src/record/schema.ts';
import { CallerLane } from '../../../src/stores/local/caller-lane.ts';
import { Drain } from '../../../src/stores/local/drain.ts';
import { Entry, Loss, Ring, ringMemory } from '../../../src/stores/local/ring.ts';

const LIMITS = { bytes: 1 << 20, ageMs: 1e9, sync: false };
const large = (): never => {
  throw new Error('No row here is large.');
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crucible-drain-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

/** A ring whose drainer dies after it has written and before it has said so. */
class DeadlyRing extends Ring {
  deadly = false;

  override release(position: number): void {
    if (this.deadly) throw new Error('died');
    super.release(position);
  }
}

class Writing {
  readonly ring = new DeadlyRing(ringMemory(1 << 20));
  readonly lane: CallerLane;
  readonly recorder: Recorder;
  count = 0;

  constructor() {
    const schema = new BatchSchema({ id: 'exp-1' }, 'w1');
    this.lane = new CallerLane(0, schema, folder);
    const batch = new ColumnBatch(schema, 64, 0);
    this.recorder = new Recorder(schema, {
      prices: new PriceBook(),
      isRequest: () => false,
      nextBatch: () => {
        batch.reset(this.count);
        return batch;
      },
      committed: (filled, row) => {
        this.lane.batch = filled;
        this.lane.row = row;
        const appended = this.ring.append(Entry.ROW, 0, this.lane.pack);
        this.lane.sequence++;
        return appended;
      },
    });
    const opening = Buffer.from(this.lane.opening());
    this.ring.append(Entry.OPEN, 0, (space, at) => {
      space.words[at] = opening.length;
      space.bytes.set(opening, (at + 1) * 4);
      return at + 1 + Math.ceil(opening.length / 4);
    });
  }

  record(events: number): void {
    for (let i = 0; i < events; i++) {
      this.recorder.begin();
      const name = this.count % 2 === 0 ? 'a.b' : 'a.c';
      this.recorder.capture(
        { name, index: -1 },
        { n: this.count },
        { text: `t${this.count % 3}`, late: this.count > 50 ? 1 : undefined },
        1,
        'explicit',
      );
      expect(this.recorder.commit()).toBe(true);
      this.count++;
    }
  }

  heir(): Drain {
    return new Drain({ ring: this.ring, large, limits: LIMITS, inherit: () => this.lane.inherited(LIMITS) });
  }
}

function all(drain: Drain): void {
  while (drain.slice());
}

function numbers(): number[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'))
    .map((line, i) => {
      const record = JSON.parse(line) as { sequence: number; measurements: { n: number }; metadata: { text: string } };
      expect(record.sequence).toBe(i);
      expect(record.metadata.text).toBe(`t${i % 3}`);
      return record.measurements.n;
    });
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

test('a drainer that dies after writing, before it frees the room: its heir writes nothing twice', () => {
  const writing = new Writing();
  const drain = new Drain({ ring: writing.ring, large, limits: LIMITS });
  writing.record(40);
  all(drain);
  writing.record(40);
  writing.ring.deadly = true;
  expect(() => drain.slice()).toThrow('died');
  writing.ring.deadly = false;
  writing.record(40);
  all(writing.heir());
  expect(numbers()).toEqual(upTo(120));
});

test('a drainer that dies in the middle of a line: the half line goes, its heir writes it whole', () => {
  const writing = new Writing();
  const drain = new Drain({ ring: writing.ring, large, limits: LIMITS });
  writing.record(40);
  all(drain);
  writing.record(40);
  writing.ring.deadly = true;
  expect(() => drain.slice()).toThrow('died');
  writing.ring.deadly = false;
  const file = join(folder, readdirSync(folder)[0]!);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length - 100));
  all(writing.heir());
  expect(numbers()).toEqual(upTo(80));
});

test('a row of which no line can be made is dropped and counted, and nothing of it is left; the others are written', () => {
  for (const failing of [0, 1, 20, 39]) {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    const writing = new Writing();
    all(new Drain({ ring: writing.ring, large, limits: LIMITS }));
    writing.record(40);
    const lane = writing.lane.inherited(LIMITS);
    const { lines } = lane;
    const add = lines.add.bind(lines);
    let made = 0;
    lines.add = (...row) => {
      add(...row);
      if (made++ === failing) throw new Error('no line');
    };
    const drain = new Drain({ ring: writing.ring, large, limits: LIMITS, inherit: () => lane });
    all(drain);
    const [file] = readdirSync(folder);
    const written = readFileSync(join(folder, file!), 'utf8').trimEnd().split('\n');
    const sequences = written.map((line) => (JSON.parse(line) as { sequence: number }).sequence);
    expect(sequences).toEqual(upTo(40).filter((n) => n !== failing));
    expect(writing.ring.lostOf(0, Loss.UNMADE)).toBe(1);
    expect(writing.ring.lostOf(0, Loss.HOMELESS)).toBe(0);
  }
});

test('a drainer that dies before it has opened anything leaves all to its heir', () => {
  const writing = new Writing();
  writing.record(100);
  all(writing.heir());
  expect(numbers()).toEqual(upTo(100));
});

test('a segment that was removed while it was written is followed by another', () => {
  const writing = new Writing();
  const drain = new Drain({ ring: writing.ring, large, limits: LIMITS });
  writing.record(40);
  all(drain);
  rmSync(join(folder, 'w1-00000000.jsonl'));
  writing.record(40);
  all(drain);
  expect(readdirSync(folder)).toEqual(['w1-00000001.jsonl']);
  expect(readFileSync(join(folder, 'w1-00000001.jsonl'), 'utf8').split('\n')).toHaveLength(41);
});

test('a segment that is full is followed by another, which counts as finished', () => {
  const writing = new Writing();
  const drain = new Drain({ ring: writing.ring, large, limits: { bytes: 2000, ageMs: 1e9, sync: false } });
  for (let i = 0; i < 5; i++) {
    writing.record(20);
    all(drain);
  }
  expect(numbers()).toEqual(upTo(100));
  expect(readdirSync(folder).length).toBeGreaterThan(3);
  expect(writing.ring.finishedSegments).toBeGreaterThan(3);
});

test('rows of an experiment that was removed are counted as lost, once, and hold up no others', () => {
  const writing = new Writing();
  const drain = new Drain({ ring: writing.ring, large, limits: LIMITS });
  rmSync(folder, { recursive: true });
  writing.record(40);
  all(drain);
  expect(writing.ring.lostOf(0, Loss.HOMELESS)).toBe(40);
  expect(writing.ring.backlog).toBe(0);
  writing.record(2);
  all(drain);
  expect(writing.ring.lostOf(0, Loss.HOMELESS)).toBe(42);
});
