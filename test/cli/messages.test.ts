import { beforeAll, describe, expect, it } from 'vitest';
import { createCrucible } from '../../src/index.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { crucible, jsonLines, temporaryFolder } from './crucible.ts';

const dir = temporaryFolder();
const inStore = (...args: string[]) => crucible(['--dir', dir, ...args]);

// Two arms that answer with a model of which nobody knows the price; `select x` is named as SQL may begin.
beforeAll(async () => {
  const lab = createCrucible({ store: localStore({ dir }) });
  for (const condition of ['control', 'treatment']) {
    const experiment = await lab.startExperiment({
      id: condition,
      name: condition === 'control' ? 'multi' : 'select x',
      study: 'chat',
      condition,
      sampleSize: 300,
    });
    for (let i = 0; i < 12; i++) {
      const model = i % 3 === 0 ? 'home-made-7b' : 'gpt-4o-mini';
      const tokens = { prompt: 10, completion: 5 };
      experiment.execute('req_llm.request.stop', { duration: 100 + i }, { model, tokens, sample_id: `q${i}` });
    }
    await experiment.stop();
  }
  await lab.close();
});

describe('crucible query', () => {
  it.each(['--study', '-e'])('does not answer of what is not there: %s nope', async (flag) => {
    const { code, stdout, stderr } = await inStore('query', 'SELECT 1 FROM events', flag, 'nope');
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^error: There is no experiment .*"nope"/);
    expect((await inStore('query', 'SELECT 1 FROM events', '--study', 'chat')).code).toBe(0);
  });
});
