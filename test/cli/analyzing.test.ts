import { beforeAll, describe, expect, it } from 'vitest';
import { createCrucible, type Hypothesis } from '../../src/index.ts';
import { planHash } from '../../src/stores/frozen-plan.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { type StudyOptions, twoArms } from '../report/studies.ts';
import { crucible, temporaryFolder } from './crucible.ts';

const dir = temporaryFolder();
const analyze = (...args: string[]) => crucible(['--dir', dir, 'analyze', ...args]);

const SLOWER: Hypothesis = { statement: 'B answers slower', metric: 'latency_ms', direction: 'higher', margin: 0.1 };
const FASTER: Hypothesis = { statement: 'B answers faster', metric: 'latency_ms', direction: 'lower' };
const RELIABLE: Hypothesis = {
  statement: 'B fails no oftener',
  metric: 'success_rate',
  direction: 'not_worse',
  margin: 0.2,
  baseline: 'treatment',
  pairBy: 'sample_id',
  clusterBy: null,
  correction: 'none',
};

const STUDIES: Readonly<Record<string, StudyOptions>> = {
  right: { hypothesis: SLOWER, failures: 0 },
  wrong: { hypothesis: FASTER, failures: 0 },
  open: { hypothesis: { ...FASTER, metric: 'success_rate' } },
  whole: { hypothesis: RELIABLE, failures: 0 },
  words: { hypothesis: 'B answers slower' },
  planless: {},
};

beforeAll(async () => {
  const lab = createCrucible({ store: localStore({ dir }) });
  for (const [study, options] of Object.entries(STUDIES)) {
    const ids = [`${study}-0`, `${study}-1`] as const;
    await twoArms(lab, { study, ids, names: ids, ...options });
  }
  await lab.close();
});

describe('crucible analyze', () => {
  it('says the outcome first, then the numbers of each arm, the plan with its hash, and that nothing differs from it', async () => {
    const { code, stdout, stderr } = await analyze('right');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Supported: B answers slower\n\nlatency_ms against control\n/);
    expect(stdout).toMatch(/^treatment +Supported +×2 +\S+ to \S+ +\S+ +40 pairs$/m);
    expect(stdout).toMatch(/^test +\S+/m);
    expect(stdout).toMatch(/^Claim +latency_ms is higher than in the baseline$/m);
    expect(stdout).toMatch(/^Decided by +alpha 0\.05, power 0\.8, margin 0\.1$/m);
    expect(stdout).toMatch(/^SHA-256 of the plan +[0-9a-f]{64}$/m);
    expect(stdout).not.toContain('Planned baseline');
    expect(stdout).toMatch(/\nNot as planned\nNothing differs from the plan as it was frozen\.\n$/);
  });

  it('prints with --json what lab.analyze returns', async () => {
    const { code, stdout } = await analyze('right', '--json');
    const lab = createCrucible({ store: localStore({ dir }) });
    const analysis = await lab.analyze('right');
    await lab.close();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(analysis)));
    expect(analysis.plan.sha256).toBe(planHash(analysis.plan));
  });

  it('shows baseline, pairs, clusters and correction where the plan says them, and follows them', async () => {
    const { code, stdout } = await analyze('whole');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^success_rate against treatment$/m);
    expect(stdout).toMatch(/^Planned baseline +treatment\nPlanned pairs +sample_id\nPlanned clusters +none\n/m);
    expect(stdout).toMatch(/^Planned correction +none$/m);
    expect(stdout).toContain('P OF THE CLAIM, ONE-SIDED');
    expect(stdout).toContain('answers another question, whether there is a difference');
  });

  it('tells an option that contradicts the plan as a deviation, and does not follow it', async () => {
    const asked = ['whole', '--baseline', 'control', '--correction', 'holm', '--cluster-by', 'sample_id'];
    const { code, stdout } = await analyze(...asked, '--pair-by', 'trace_id');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^success_rate against treatment$/m);
    const told = stdout.slice(stdout.indexOf('Not as planned\n')).split('\n');
    const followed = 'asked for at the analysis, and not followed: planned';
    expect(told.slice(1, 5)).toEqual([
      `baseline ${followed} treatment, found control, after data were seen`,
      `pairBy ${followed} sample_id, found trace_id, after data were seen`,
      `clusterBy ${followed} none, found sample_id, after data were seen`,
      `correction ${followed} none, found holm, after data were seen`,
    ]);
    expect(told[5]).toMatch(/^4 things differ from the plan and came when there were data/);
  });

  it('says beside the outcome that data are interim, and what the sample ratio came to', async () => {
    const short = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir: short }) });
    await twoArms(lab, { study: 'short', hypothesis: SLOWER, sampleSize: 50, failures: 0 });
    await lab.close();
    const ratio = ['--sample-ratio', 'control=1', 'treatment=1', '--sample-unit', 'sample_id'];
    const { code, stdout } = await crucible(['--dir', short, 'analyze', 'short', ...ratio]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nInterim: one \(run-0\) has 40 of 50 samples\. .* The outcome may still change\.\n/);
    expect(stdout.indexOf('\nInterim: ')).toBeLessThan(stdout.indexOf('\nPlan\n'));
    expect(stdout).toContain('The sample ratio is as declared (p 1).');
    const final = await crucible(['--dir', short, 'analyze', 'short', '--final']);
    expect(final.stdout).toContain('declared final before its sample size: planned 50, found 40, after data were seen');
    expect(final.stderr).toContain('warning: one (run-0) has 40 of 50 planned samples, and was declared final.');
  });

  it('takes the experiments one by one, and tells what of the study is left out', async () => {
    const whole = await analyze('right-0', 'right-1');
    expect(whole.stdout).toBe((await analyze('--study', 'right')).stdout);
    const mixed = await analyze('right-0', 'wrong-1');
    expect(mixed.stdout).toContain('right-1 (right-1) of the study right, left out: planned right-1, found none');
  });

  it.each([
    ['right', 'not_supported,inconclusive', 0, ''],
    ['right', 'supported', 1, 'warning: "B answers slower" is supported in treatment.\n'],
    ['wrong', 'not_supported', 1, 'warning: "B answers faster" is not supported in treatment.\n'],
    ['wrong', 'inconclusive', 0, ''],
    ['open', 'not_supported, inconclusive', 1, 'warning: "B answers faster" is inconclusive in treatment.\n'],
  ])('of %s ends, with --fail-on %s, with %i', async (study, failOn, expected, said) => {
    const { code, stdout, stderr } = await analyze(study, '--fail-on', failOn, '--json');
    expect(code).toBe(expected);
    expect(stderr).toBe(said);
    expect(JSON.parse(stdout).plan.statement).toMatch(/^B answers/);
  });

  it.each([
    [[], 2, 'Nothing says what to analyze.'],
    [['planless'], 2, 'No plan was frozen for "planless".\nhint: A plan is frozen when'],
    [['words'], 2, 'The hypothesis of "words" names no metric.'],
    [['right-0'], 2, 'hint: '],
    [['nobody'], 3, 'There is no experiment "nobody"'],
    [['--study', 'nobody'], 3, 'There is no experiment of a study "nobody"'],
    [['right', '--study', 'right'], 2, 'Both experiments and a study were named.'],
    [['right', '--fail-on', 'worse'], 2, '--fail-on has "worse".\nhint: Give some of supported, not_supported'],
    [
      ['right', '--fail-on', 'supported', 'inconclusive'],
      2,
      '"inconclusive" was taken for the name of an experiment.\nhint: Words of --fail-on have commas between, and no spaces: --fail-on supported,inconclusive',
    ],
    [['right', '--baseline', 'nobody'], 3, 'There is no condition and no experiment "nobody"'],
  ])('refuses %j', async (args, expected, words) => {
    const { code, stdout, stderr } = await analyze(...args);
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toContain(words);
  });
});
