import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCrucible } from '../../src/index.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { crucible, temporaryFolder } from './crucible.ts';

const dir = temporaryFolder();
const inStore = (...args: string[]) => crucible(['--dir', dir, ...args]);

// A fiftieth fails. Failures were all kept, successes one in a hundred: of the records most are failures.
beforeAll(async () => {
  const lab = createCrucible({ store: localStore({ dir }) });
  for (const condition of ['control', 'treatment']) {
    const experiment = await lab.startExperiment({
      name: condition,
      condition,
      study: 'thrift',
      sampling: { method: 'stratified', by: 'success', probabilities: { false: 1, true: 0.01 } },
    });
    for (let i = 0; i < 5000; i++) {
      const tokens = { prompt: 10, completion: 7 };
      const metadata = { success: i % 50 !== 0, sample_id: `question-${i}`, tokens };
      experiment.execute('req_llm.request.stop', { duration: 80 + (i % 40), cost_usd: 0.001 }, metadata);
    }
    await experiment.stop();
  }
  const held = await lab.startExperiment({ name: 'held', sampling: { method: 'reservoir', size: 20 } });
  for (let i = 0; i < 500; i++) held.execute('app.tick', { i });
  await lab.close();
});

describe('a sampled experiment', () => {
  it('is shown with its design and what was left out', async () => {
    const { stdout } = await inStore('show', 'control');
    expect(stdout).toMatch(/^sampling +stratified by success: false 1, true 0\.01, otherwise 1$/m);
    expect(stdout).toMatch(/^sampled out +4,8\d\d$/m);
    expect((await inStore('show', 'held')).stdout).toMatch(/^sampling +reservoir: 20 of each writer$/m);
  });

  it('has the success rate of all requests for its headline, not that of the records kept', async () => {
    const { stdout } = await inStore('metrics', 'control');
    expect(stdout).toMatch(/^sampled +estimates for all requests/m);
    expect(stdout).toMatch(/^events kept +1\d\d$/m);
    expect(stdout).toMatch(/^requests before sampling +about \d,\d{3}, 95 % interval/m);
    expect(stdout).toMatch(/^success +9[78]\.\d+ % estimated from 1\d\d kept/m);
    expect(stdout).toMatch(/^req_llm\.request\.stop +1\d\d .* 9[78]\.\d+ %/m);
    expect(stdout).toMatch(/^EVENT +KEPT/m);
  });

  it('has windows that say what they estimate and what they count', async () => {
    const { stdout, stderr } = await inStore('windows', 'control', '--size', '1h');
    expect(stdout).toMatch(/9[78]\.\d+ %/);
    expect(stderr).toContain('EVENTS and MEASURED count what was kept');
  });

  it('has a report that says so beside its numbers', async () => {
    const path = join(temporaryFolder(), 'report.md');
    expect((await inStore('report', '--study', 'thrift', '-o', path)).code).toBe(0);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('Records of control, treatment were sampled');
    expect(text).toMatch(/\| control \| 1\d\d kept \| 9[78]\.\d+ % \|/);
    expect(text).toContain('stratified by success: false 1, true 0.01, otherwise 1');
  });
});

describe('a reservoir that is still open', () => {
  it('has its events told by metrics and export, which cannot see them', async () => {
    const own = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir: own }) });
    const experiment = await lab.startExperiment({ name: 'open', sampling: { method: 'reservoir', size: 20 } });
    for (let i = 0; i < 500; i++) experiment.execute('app.tick', { i });
    await lab.flush();
    const call = (...args: string[]) => crucible(['--dir', own, ...args]);
    // The writer notes its account once a second or so.
    const held = /^events held +20 in a reservoir: they count when its writer closes$/m;
    await expect.poll(async () => (await call('metrics', 'open')).stdout, { timeout: 20_000 }).toMatch(held);
    expect((await call('metrics', 'open')).stdout).toMatch(/^events kept +0$/m);
    const hint = 'A reservoir holds 20 events: they become records when its writer closes.';
    expect((await call('export', 'open')).stderr).toContain(`hint: ${hint}`);
    await expect(experiment.export('csv', { path: 'nowhere.csv' })).rejects.toMatchObject({ code: 'no_events', hint });
    await lab.close();
    const closed = await call('metrics', 'open');
    expect(closed.stdout).toMatch(/^events kept +20$/m);
    expect(closed.stdout).not.toContain('events held');
  });
});
