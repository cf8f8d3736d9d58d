import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { jsonlMetrics } from '../../src/metrics-store/adapters/jsonl/jsonl-metrics.ts';
import { localMetrics } from '../../src/metrics-store/adapters/local/local-metrics.ts';
import { memoryMetrics } from '../../src/metrics-store/adapters/memory/memory-metrics.ts';

const dir = mkdtempSync(join(tmpdir(), 'crucible-properties-'));
afterAll(() => rmSync(dir, { recursive: true }));

// One warning for each damaged file is right, and unreadable here.
process.removeAllListeners('warning');

let files = 0;
const newPath = () => join(dir, `metrics-${files++}.jsonl`);

const name = fc.oneof(
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.constantFrom('__proto__', 'run', 'run\u2028', '\n'),
);
const value = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
);
const step = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }));
// Between, a number looks like milliseconds and is refused.
const micros = fc.oneof(
  fc.integer({ min: -62_167_219_200_000_000, max: 900_000_000_000 }),
  fc.integer({ min: 4_200_000_000_000, max: 9_007_199_254_740_991 }),
);
const number = fc.oneof(fc.double(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 90n }));
// Values that the rules of a snapshot leave as they are, so that the input itself is the expected output.
const { metadata } = fc.letrec<{ metadata: Record<string, unknown>; value: unknown }>((tie) => ({
  metadata: fc.dictionary(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('$number', '$literal', '__proto__')),
    tie('value'),
    {
      noNullPrototype: true,
      maxKeys: 4,
    },
  ),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.string({ unit: 'grapheme' }), number, fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('metadata'),
  ),
}));
const point = fc.record({
  run: fc.oneof(fc.constantFrom('a', 'b'), name),
  metric: name,
  value,
  step,
  timestamp: micros,
  metadata,
});

test('what is recorded is what is read: any names, values, steps and metadata, in any adapter', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(point, { maxLength: 20 }), async (points) => {
      for (const store of [jsonlMetrics({ path: newPath() }), memoryMetrics(), localMetrics({ dir: newPath() })]) {
        for (const { run, metric, value, ...options } of points) await store.record(run, metric, value, options);
        await store.close();
        for (const run of new Set(points.map((point) => point.run.toWellFormed()))) {
          const mine = points.filter((point) => point.run.toWellFormed() === run);
          const read = await store.read(run);
          assert.deepStrictEqual(
            read.map(({ timestamp: _, ...rest }) => rest),
            mine.map(({ metric, value, step, metadata }) => ({
              run_id: run,
              metric: metric.toWellFormed(),
              value,
              step: step === null ? null : step + 0,
              metadata,
            })),
          );
          assert.deepStrictEqual(
            read.map(({ timestamp }) => microsOf(timestamp)),
            mine.map(({ timestamp }) => BigInt(timestamp)),
          );
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('any value whatever as metadata is either kept or refused, never thrown, and both adapters agree', async () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
  });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), anything), async (metadata) => {
      const stores = [jsonlMetrics({ path: newPath() }), memoryMetrics()];
      const read = [];
      for (const store of stores) {
        await store.record('run', 'loss', 1, { metadata });
        read.push((await store.read('run'))[0]?.metadata);
        await store.close();
      }
      assert.ok(read[0]);
      assert.deepStrictEqual(read[0], read[1]);
    }),
    { numRuns: 200 },
  );
});

test('a file cut off at any byte keeps every whole line, and the next record is not glued to the rest', async () => {
  const path = newPath();
  const store = jsonlMetrics({ path });
  const ends = [0];
  for (let i = 0; i < 5; i++) {
    await store.record('run', 'loss', i, { metadata: { note: 'ż}\n' } });
    ends.push(statSync(path).size);
  }
  await store.close();
  const whole = await store.read('run');
  const size = ends.at(-1)!;
  for (let cut = size - 1; cut > ends[3]! - 2; cut--) {
    truncateSync(path, cut);
    // A line that lacks its newline only is whole.
    const kept = ends.filter((end) => end > 0 && end - 1 <= cut).length;
    const torn = ends.includes(cut) || ends.includes(cut + 1) ? 0 : 1;
    const survivor = jsonlMetrics({ path });
    expect(await survivor.read('run')).toEqual(whole.slice(0, kept));
    expect(survivor.rejects).toEqual({ torn, damaged: 0, refused: 0 });
    if (cut % 7 !== 0) continue;
    await survivor.record('next', 'loss', 1);
    expect(await survivor.read('run')).toEqual(whole.slice(0, kept));
    expect(await survivor.read('next')).toHaveLength(1);
    expect(survivor.rejects).toEqual({ torn: 0, damaged: torn, refused: 0 });
    await survivor.close();
  }
});

test('lines of any bytes between the points are counted and lose no point', async () => {
  const garbage = fc
    .uint8Array({ minLength: 1, maxLength: 40 })
    .map((bytes) => bytes.map((byte) => (byte === 10 ? 11 : byte)));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(garbage, fc.constant(null)), { maxLength: 12 }), async (entries) => {
      const path = newPath();
      const store = jsonlMetrics({ path });
      let points = 0;
      let damaged = 0;
      for (const bytes of entries) {
        if (bytes === null) {
          await store.record('run', 'loss', points++);
        } else {
          appendFileSync(path, Buffer.concat([bytes, Buffer.from('\n')]));
          if (!isBlank(bytes)) damaged++;
        }
      }
      assert.deepStrictEqual(
        (await store.read('run')).map((point) => point.value),
        [...Array(points).keys()],
      );
      assert.deepStrictEqual(store.rejects, { torn: 0, damaged, refused: 0 });
      await store.close();
    }),
    { numRuns: 200 },
  );
});

function microsOf(iso: string): bigint {
  return BigInt(Date.parse(`${iso.slice(0, 23)}Z`)) * 1000n + BigInt(iso.slice(23, 26));
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 9 || byte === 13 || byte === 32);
}
