import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, openEngine } from '../../../src/engine/duckdb.ts';
import { isAsSealed } from '../../../src/stores/local/checksum.ts';
import { sealSegment } from '../../../src/stores/local/seal-segment.ts';
import { verifyExperiment } from '../../../src/stores/local/verify-experiment.ts';
import { count, folders, liveOf, openLab, until } from './labs.ts';
import { experimentFolder, linesOf, recordsOf, requests } from './segments.ts';

const folder = folders();
const alone = experimentFolder();
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ tempFolder: join(alone.path, 'duckdb'), memoryLimit: '256MB' });
});
afterAll(() => engine.close());

/** A store with an experiment of 200 records in one sealed segment, and that segment. */
async function recorded(): Promise<{ dir: string; segment: string }> {
  const dir = folder();
  const lab = openLab(dir);
  const experiment = await lab.startExperiment({ name: 'sealed', id: 'sealed' });
  count(experiment, 0, 200);
  await lab.flush();
  const [live] = liveOf(dir, 'sealed');
  await experiment.stop();
  await lab.close();
  await until(() => liveOf(dir, 'sealed').length === 0);
  return { dir, segment: live!.replace('.jsonl', '.parquet') };
}

async function damaged(dir: string): Promise<string[]> {
  return (await verifyExperiment(dir, 'sealed')).damage.map(({ path }) => path);
}

function hasSha256sum(): boolean {
  try {
    execFileSync('sha256sum', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('the checksum of a sealed segment', () => {
  it('tells of every bit that turned over, also where the file still reads', async () => {
    const { dir, segment } = await recorded();
    expect(await damaged(dir)).toEqual([]);
    const bytes = readFileSync(segment);
    // Each of the last bytes, which say where everything else lies, and some of the others.
    const places = Array.from({ length: 20 }, (_, i) => Math.floor(((i + 0.5) / 20) * bytes.length));
    for (let at = bytes.length - 12; at < bytes.length; at++) places.push(at);
    for (const [i, at] of places.entries()) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (i % 8);
      writeFileSync(segment, flipped);
      expect(await damaged(dir), `byte ${at}`).toContain(segment);
    }
    writeFileSync(segment, bytes);
    expect(await damaged(dir)).toEqual([]);
  });

  it.runIf(hasSha256sum())('is one that sha256sum checks', async () => {
    const { dir, segment } = await recorded();
    const checksums = join(dir, 'experiments/sealed/checksums');
    const name = `${basename(segment, '.parquet')}.sha256`;
    expect(execFileSync('sha256sum', ['--check', name], { cwd: checksums, encoding: 'utf8' })).toContain(': OK');
  });

  it('need not be there: segments of earlier versions have none', async () => {
    const { dir } = await recorded();
    rmSync(join(dir, 'experiments/sealed/checksums'), { recursive: true });
    expect(await damaged(dir)).toEqual([]);
  });

  it('is noted before the live segment goes, also where a sealer was killed in between', async () => {
    const text = linesOf(recordsOf(requests(50)));
    const live = alone.live('w1', 0, text);
    const sealed = live.replace('.jsonl', '.parquet');
    expect((await sealSegment(engine, live)).outcome).toBe('sealed');
    expect(await isAsSealed(sealed)).toBe(true);
    rmSync(join(alone.path, 'checksums'), { recursive: true });
    expect(await isAsSealed(sealed)).toBeUndefined();
    writeFileSync(live, text);
    expect((await sealSegment(engine, live)).outcome).toBe('already_sealed');
    expect(await isAsSealed(sealed)).toBe(true);
  });

  it('is the same whoever seals: two at a time do not contradict each other', async () => {
    const text = linesOf(recordsOf(requests(5000)));
    const found = [];
    for (const number of [1, 2]) {
      const live = alone.live('w1', number, text);
      await sealSegment(engine, live);
      found.push(readFileSync(live.replace('.jsonl', '.parquet')).toString('base64'));
    }
    expect(found[0] === found[1]).toBe(true);
  });
});
