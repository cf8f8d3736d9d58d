import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallerLane } from '../../../src/stores/local/caller-lane.ts';
import { Recording } from '../../../src/stores/local/recording.ts';
import { Tape } from '../../record/tape.ts';
import { EXPERIMENT } from './segments.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crucible-recording-'));
  writeFileSync(join(folder, 'experiment.json'), '{}');
  mkdirSync(join(folder, 'events'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

/** A lane whose row does not fit at the first try, as when the queue was full, while the queue is empty at the second. */
function fullFor(lane: CallerLane, row: number): void {
  const { pack } = lane;
  let tries = 0;
  Object.defineProperty(lane, 'pack', {
    value: (...place: Parameters<CallerLane['pack']>) => (lane.sequence === row && tries++ === 0 ? -1 : pack(...place)),
  });
}

for (const overflow of ['wait', 'drop'] as const) {
  test(`${overflow}: a row for which the queue was full, and empty the moment after, is written`, async () => {
    const tape = new Tape({ experiment: EXPERIMENT, capacity: 3 });
    const limits = { bytes: 1e6, ageMs: 1e6, sync: false };
    const recording = new Recording({ durability: 'batched', overflow, flushIntervalMs: 5, limits });
    await recording.ready;
    const lane = recording.open(tape.schema, join(folder, 'events'));
    fullFor(lane, 1);
    for (let row = 0; row < 3; row++) {
      tape.keep({ name: 'my_app.work.done', measurements: { row } });
      await recording.flush();
      expect(recording.append(lane, tape.batches[0]!, row)).toBe(true);
    }
    await recording.close(lane);
    await recording.end();
    const [segment] = readdirSync(join(folder, 'events'));
    const lines = readFileSync(join(folder, 'events', segment!), 'utf8')
      .split('\n')
      .slice(0, -1);
    expect(lines.map((line) => (JSON.parse(line) as { sequence: number }).sequence)).toEqual([0, 1, 2]);
  });
}
