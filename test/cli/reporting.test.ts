import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CompareOptions, createCrucible, type ExperimentComparison } from '../../src/index.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { parseHtml, tableOf } from '../report/parse-html.ts';
import { twoArms } from '../report/studies.ts';
import { crucible, temporaryFolder } from './crucible.ts';

const dir = temporaryFolder();
const planned = temporaryFolder();
const inStore = (...args: string[]) => crucible(['--dir', dir, ...args]);

beforeAll(async () => {
  const lab = createCrucible({ store: localStore({ dir }) });
  await twoArms(lab, { study: 'speed' });
  await lab.close();
});

describe('crucible report', () => {
  it('writes a page about a study, named by the study', async () => {
    const path = join(dir, 'speed.html');
    const { code, stdout, stderr } = await inStore('report', 'speed', '-o', path, '--primary', 'latency_ms');
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: `Written to ${path}\n` });
    const page = parseHtml(readFileSync(path, 'utf8'));
    expect(tableOf(page, 'Verdicts on primary metrics').map(([metric]) => metric)).toEqual(['latency_ms']);
    expect(tableOf(page, 'Ledger').map(([name]) => name)).toEqual(['one', 'two']);
  });

  it('takes a study as compare and list do', async () => {
    const [named, placed] = await Promise.all([inStore('report', '--study', 'speed'), inStore('report', 'speed')]);
    expect([named.code, named.stderr]).toEqual([0, '']);
    const untimed = ({ stdout }: { stdout: string }) => stdout.replace(/Written \S+ \S+ \(UTC\)/, '');
    expect(untimed(named)).toBe(untimed(placed));
    expect(untimed(named)).not.toBe(named.stdout);
  });

  it('begins with the outcome of a hypothesis', async () => {
    const lab = createCrucible({ store: localStore({ dir: planned }) });
    await twoArms(lab, {
      study: 'planned',
      failures: 0,
      hypothesis: { statement: 'B answers faster', metric: 'latency_ms', direction: 'lower' },
    });
    await lab.close();
    const { code, stdout } = await crucible(['--dir', planned, 'report', 'planned', '--primary', 'success_rate']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^# Study planned\n\n.*\n\n## Plan and outcome\n\n> \*\*Not supported\*\* B answers faster\n/,
    );
    expect(stdout).toContain('primary asked for at the analysis, and not followed');
  });

  it('is what a comparison of a study with a frozen plan points at, in one line', async () => {
    const { stdout } = await crucible(['--dir', planned, 'compare', '--study', 'planned']);
    expect(stdout.match(/^.*plan.*$/gim)).toEqual(['A plan was frozen: crucible analyze planned gives its outcome.']);
    expect((await crucible(['--dir', planned, 'compare', '--study', 'planned', '--json'])).stdout).not.toContain(
      'frozen',
    );
    expect((await inStore('compare', '--study', 'speed')).stdout).not.toContain('frozen');
  });

  it('tests what stopped early once --final says that no more will come, and tells it as a deviation', async () => {
    const short = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir: short }) });
    await twoArms(lab, {
      study: 'short',
      failures: 0,
      sampleSize: 50,
      hypothesis: { statement: 'B answers slower', metric: 'latency_ms', direction: 'higher' },
    });
    await lab.close();
    const report = async (...more: string[]) =>
      (await crucible(['--dir', short, 'report', 'short', ...more])).stdout.replaceAll('\\', '');
    const interim = await report();
    expect(interim).toContain('two (run-1) has 40 of 50 samples. If no more will come, say final: true (--final).');
    expect(interim).toContain('Interim: ');
    const final = await report('--final');
    expect(final).toContain('**Supported**');
    expect(final).toContain('two (run-1) has 40 of 50 planned samples, and was declared final.');
    expect(final).toContain('samples of two (run-1), declared final before its sample size');
    expect(final).toContain('"final": true');
    expect(final).not.toMatch(/Interim: |Nothing differs from the plan/);
  });

  it('says with --json where it is and what it holds', async () => {
    const path = join(temporaryFolder(), 'speed.html');
    const { code, stdout, stderr } = await inStore('report', 'speed', '-o', path, '--json');
    expect([code, stderr]).toEqual([0, '']);
    const written = JSON.parse(stdout);
    expect(written).toMatchObject({ format: 'html', path, bytes: statSync(path).size, analysis: null });
    expect(written.comparison).toEqual(JSON.parse((await inStore('compare', '--study', 'speed', '--json')).stdout));
    expect(written).not.toHaveProperty('text');
    const one = JSON.parse((await inStore('report', 'one', '--json')).stdout);
    expect(one).toMatchObject({ format: 'markdown', path: null, comparison: null });
    expect(one.text).toMatch(/^# Experiment one\n/);
    expect(one.bytes).toBe(Buffer.byteLength(one.text));
  });

  it('prints Markdown where no file is named, and describes one experiment', async () => {
    const { code, stdout, stderr } = await inStore('report', 'one');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^# Experiment one\n/);
    expect(stdout).toContain('nothing is compared, so nothing is concluded');
  });

  it('compares experiments that are named, with the baseline that is named', async () => {
    const { stdout } = await inStore('report', 'one', 'two', '--baseline', 'treatment', '--title', 'Turned');
    expect(stdout).toMatch(/^# Turned\n/);
    expect(stdout).toContain('**Verdicts on primary metrics, against treatment**');
  });

  it.each([
    [[], 2, 'Nothing says what to report.'],
    [['one', '--study', 'speed'], 2, 'Both experiments and a study were named.'],
    [['--study', 'nobody'], 3, 'There is no experiment of a study "nobody"'],
    [['nobody'], 3, 'There is no experiment "nobody"'],
    [['one', '--alpha', '0.1'], 2, 'is one experiment'],
    [['speed', '-o', 'speed.pdf'], 2, 'says no report format'],
    [['speed', '--format', 'docx'], 2, 'There is no report format "docx"'],
    [['speed', '--margin', 'latency_ms'], 2, '--margin is "latency_ms"'],
    [['speed', '-o', '/dev/null/x/speed.html'], 1, 'Cannot write'],
  ])('refuses %j', async (args, expected, words) => {
    const { code, stdout, stderr } = await inStore('report', ...args);
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toContain(words);
    expect(stderr).toContain('hint: ');
    expect(existsSync('speed.pdf')).toBe(false);
  });
});

// Both take the same flags, and pass them to lab.compare and lab.report.
describe('how to compare', () => {
  const compared = async (...args: string[]) => {
    const { code, stdout, stderr } = await inStore('compare', '--study', 'speed', ...args, '--json');
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as ExperimentComparison;
  };
  const inLab = async (options: CompareOptions) => {
    const lab = createCrucible({ store: localStore({ dir }) });
    try {
      return JSON.parse(JSON.stringify(await lab.compare({ study: 'speed' }, options))) as ExperimentComparison;
    } finally {
      await lab.close();
    }
  };

  it('is said with the flags of the command as with the options of lab.compare', async () => {
    const flags =
      '--metric latency_ms success_rate --primary latency_ms --pair-by trace_id --cluster-by metadata.sample_id --correction hommel --minimum-effect latency_ms=0.2 success_rate=0.1 --power 0.9 --quantiles 0.25 0.9 --resamples 499 --seed 7 --sample-ratio treatment=1 control=1 --sample-unit sample_id';
    const options: CompareOptions = {
      metrics: ['latency_ms', 'success_rate'],
      primary: ['latency_ms'],
      pairBy: 'trace_id',
      clusterBy: 'metadata.sample_id',
      correction: 'hommel',
      minimumEffect: { latency_ms: 0.2, success_rate: 0.1 },
      power: 0.9,
      quantiles: [0.25, 0.9],
      resamples: 499,
      seed: 7,
      sampleRatio: { unit: 'sample_id', ratio: { control: 1, treatment: 1 } },
    };
    const found = await compared(...flags.split(' '));
    expect(found).toEqual(await inLab(options));
    expect(found).toMatchObject({ pair_by: 'trace_id', correction: 'hommel', sample_ratio: { mismatch: false } });
    const { latency_ms: latency, success_rate: rate } = found.comparisons[0]!.metrics;
    expect(latency).toMatchObject({ design: 'unpaired', cluster_by: 'metadata.sample_id' });
    expect(latency!.quantile_differences.map(({ quantile }) => quantile)).toEqual([0.25, 0.9]);
    expect(rate!.needed).toMatchObject({ effect: 0.1, power: 0.9 });
  });

  it('may be without clusters', async () => {
    const users = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir: users }) });
    for (const condition of ['control', 'treatment']) {
      const experiment = await lab.startExperiment({ name: condition, condition, study: 'users' });
      for (let i = 0; i < 20; i++) {
        const context = { sample_id: `q${i}`, user_id: `u${i % 5}` };
        experiment.execute('req_llm.request.stop', { duration: 100 + ((i * 7) % 13) }, context);
      }
      await experiment.stop();
    }
    await lab.close();
    const clusters = async (...args: string[]) => {
      const { stdout } = await crucible(['--dir', users, 'compare', '--metric', 'latency_ms', '--json', ...args]);
      return (JSON.parse(stdout) as ExperimentComparison).comparisons[0]!.metrics.latency_ms!.cluster_by;
    };
    expect([await clusters(), await clusters('--no-cluster-by')]).toEqual(['user_id', null]);
  });

  it('shows the quantiles that were asked for, and what the sample ratio came to', async () => {
    const asked = ['--metric', 'latency_ms', '--quantiles', '0.5', '--sample-ratio', 'control=1', 'treatment=9'];
    const { code, stdout } = await inStore('compare', '--study', 'speed', ...asked, '--sample-unit', 'sample_id');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^METRIC +QUANTILE +control +treatment +DIFFERENCE +INTERVAL$/m);
    expect(stdout).toMatch(/^latency_ms +50 % +112 ms +224 ms +\+112 ms +\S+ ms to \S+ ms$/m);
    expect(stdout).toContain('The sample ratio is not as declared (p <0.0001): the assignment is broken.');
    expect((await inStore('compare', '--study', 'speed')).stdout).not.toContain('QUANTILE');
    const page = await inStore('report', 'speed', ...asked, '--sample-unit', 'sample_id', '--correction', 'bh');
    expect(page.stdout.replaceAll('\\', '')).toContain('"correction": "bh"');
    expect(page.stdout).toContain('the assignment is broken');
  });

  it.each([
    [['--alpha', 'low'], '--alpha is "low".'],
    [['--seed', ''], '--seed is "".'],
    [['--quantiles', 'p95'], '--quantiles is "p95".'],
    [['--quantiles', '95'], 'quantiles is [95].'],
    [['--minimum-effect', 'latency_ms=0'], '--minimum-effect is "latency_ms=0".'],
    [['--minimum-effect', 'latency_ms=0.1', 'latency_ms=0.2'], '--minimum-effect has "latency_ms" twice.'],
    [['--margin', '0.1'], '--margin is "0.1".'],
    [['--power', '0.01'], 'power 0.01'],
    [['--correction', 'sidak'], "argument 'sidak' is invalid. Allowed choices are none, bonferroni, holm"],
    [['--cluster-by', 'sample_id'], 'clusterBy and pairBy are both "sample_id"'],
    [['--sample-ratio', 'control=1', 'treatment=1'], '--sample-unit is missing.'],
    [['--sample-unit', 'user_id'], '--sample-ratio is missing.'],
    [['--sample-ratio', 'control=1', '--sample-unit', 'sample_id'], 'sampleRatio has shares for "control".'],
    [
      ['--sample-ratio', 'control=1', 'treatment=1', '--sample-unit', 'sample_id', '--baseline-dir', dir],
      '--sample-ratio and --baseline-dir contradict each other.',
    ],
  ])('is refused where it makes no sense: %j', async (args, words) => {
    const { code, stdout, stderr } = await inStore('compare', '--study', 'speed', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
    expect(stderr).toContain('hint: ');
  });
});

describe('crucible compare', () => {
  const width = { env: { COLUMNS: '60' } };

  it('says under the table why a verdict is inconclusive, within the width of the terminal', async () => {
    const { code, stdout } = await crucible(
      ['--dir', dir, 'compare', '--study', 'speed', '--metric', 'loss', 'latency_ms'],
      width,
    );
    expect(code).toBe(0);
    const after = stdout.slice(stdout.indexOf('\nInconclusive:\n'));
    const lines = after.slice(0, after.indexOf('\n\n')).trim().split('\n');
    expect(lines.join(' ').replaceAll(/ +/g, ' ')).toMatch(
      /^Inconclusive: loss There is no test\. Each arm has one number per replicate, and chance can be told from two replicates on\.$/,
    );
    expect(lines.every((line) => line.length <= 60)).toBe(true);
    expect(stdout).not.toContain('see reasons');
  });

  it('keeps the interval where the terminal is narrow, and says what it left out', async () => {
    const compared = ['--dir', dir, 'compare', '--study', 'speed', '--metric', 'latency_ms'];
    const { stdout, stderr } = await crucible(compared, width);
    const heading = stdout.split('\n').find((line) => line.startsWith('METRIC'))!;
    for (const title of ['DIFFERENCE', 'INTERVAL', 'VERDICT']) expect(heading).toContain(title);
    const [, left] = /^No room for (.*): a wider terminal shows them, --json has everything\.$/m.exec(stderr)!;
    for (const title of left!.split(', ')) expect(heading.split(/ +/)).not.toContain(title);
    expect((await crucible(compared)).stderr).not.toContain('No room');
  });

  it('puts warnings on stderr, and the status that a list shows where data are interim', async () => {
    const open = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir: open }) });
    await twoArms(lab, { study: 'open', stop: false });
    await lab.close();
    const { stdout, stderr } = await crucible(['--dir', open, 'compare', '--study', 'open', '--metric', 'latency_ms']);
    expect(stdout).toContain('Interim: one (run-0) is idle, and not stopped: `crucible stop` ends it.');
    expect(stdout).not.toContain('warning');
    expect(stderr).toBe('');
    const final = await crucible(['--dir', open, 'compare', '--study', 'open', '--final']);
    expect([final.code, final.stdout]).toEqual([1, '']);
    expect(final.stderr).toContain('The data are not final: one (run-0) is idle');
    const short = temporaryFolder();
    const other = createCrucible({ store: localStore({ dir: short }) });
    await twoArms(other, { study: 'short', sampleSize: 50 });
    await other.close();
    const told = await crucible(['--dir', short, 'compare', '--study', 'short', '--metric', 'latency_ms', '--final']);
    expect(told.stdout).not.toMatch(/warning|planned samples/);
    expect(told.stderr).toContain('warning: two (run-1) has 40 of 50 planned samples, and was declared final.');
  });
});

// Expected numbers: R 4, power.prop.test and power.t.test.
describe('crucible power', () => {
  const planOf = async (...args: string[]) => JSON.parse((await crucible(['power', ...args, '--json'])).stdout);

  it('finds the samples, the power or the effect, whichever is not given', async () => {
    // power.prop.test(p1 = .5, p2 = .75, power = .9): n = 76.7
    expect((await planOf('rates', '--baseline', '0.5', '--effect', '0.25', '--power', '0.9')).n).toEqual([77, 77]);
    // power.t.test(n = 20, delta = 1, sd = 1): power = 0.8689528
    expect((await planOf('means', '--sd', '1', '--n', '20', '--effect', '1')).power).toBeCloseTo(0.8689528, 7);
    // power.t.test(power = .8, n = 50, sd = 12, type = "paired"): delta = 4.8502019
    expect((await planOf('paired-means', '--sd', '12', '--n', '50')).effect).toBeCloseTo(4.8502019, 5);
  });

  it('takes clusters, repeats and arms of their own spread into account', async () => {
    const clustered = await planOf('means', '--sd', '10', '--effect', '3', '--icc', '0.1', '--cluster-size', '20');
    expect(clustered.design_effect).toBeCloseTo(1 + 19 * 0.1, 12);
    expect(clustered.n).toEqual(clustered.n_clusters.map((clusters: number) => clusters * 20));
    const [once] = (await planOf('paired-means', '--sd', '1', '--within', '2', '--repeats', '1', '--effect', '1')).n;
    const [often] = (await planOf('paired-means', '--sd', '1', '--within', '2', '--repeats', '8', '--effect', '1')).n;
    expect(once).toBeGreaterThan(3 * often);
    expect((await planOf('means', '--sd', '1,3', '--effect', '1')).n[0]).toBeGreaterThan(
      (await planOf('means', '--sd', '1', '--effect', '1')).n[0],
    );
  });

  it('prints the plan for a person', async () => {
    const { code, stdout } = await crucible([
      'power',
      'rates',
      '--baseline',
      '0.5',
      '--effect',
      '0.25',
      '--power',
      '0.9',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/samples +77 first arm, 77 second arm\neffect +\+25 points\n/);
  });

  it('tells the rise and the fall of a rate, and how many clusters there are', async () => {
    const rates = await crucible(['power', 'rates', '--baseline', '0.9', '--n', '300']);
    // R, power.prop.test: 0.9585315 and 0.8208885 with power 0.8.
    expect(rates.stdout).toMatch(/^effect +\+5\.853 points for a rise, −7\.911 points for a fall$/m);
    const upwards = await crucible(['power', 'rates', '--baseline', '0.9', '--n', '300', '--alternative', 'greater']);
    expect(upwards.stdout).toMatch(/^effect +\+[\d.]+ points$/m);
    const cluster = ['--icc', '0.2', '--cluster-size', '5'];
    const pairs = await crucible(['power', 'paired-means', '--sd', '1', '--n', '70', ...cluster]);
    expect(pairs.stdout).toMatch(/^samples +70 pairs\nclusters +14\n/m);
    const arms = await crucible(['power', 'means', '--sd', '1', '--n', '70', ...cluster]);
    expect(arms.stdout).toMatch(/^clusters +14 in the first arm, 14 in the second arm$/m);
  });

  it.each([
    [['means', '--sd', '1'], 'Neither --effect nor --n is given.'],
    [['means', '--sd', '1', '--n', '9', '--effect', '1', '--power', '0.8'], 'leave nothing to find out'],
    [['means', '--effect', '1'], '--sd is missing.'],
    [['rates', '--sd', '1', '--n', '9'], '--sd does not go with rates.'],
    [['paired-means', '--sd', '1,2', '--n', '9'], '--sd has two numbers.'],
    [['means', '--sd', 'wide', '--n', '9'], '--sd is "wide".'],
    [['medians', '--n', '9'], 'There is no design "medians".'],
    [['rates', '--baseline', '0.9', '--effect', '0.2'], 'the second rate would be 1.1, which exceeds 1.'],
    [['rates', '--baseline', '0.1', '--effect', '-0.2'], 'would be -0.1, which is below 0.'],
    [['rates', '--baseline', '0.9', '--effect', '0'], 'effect is 0.'],
    [['paired-rates', '--discordant', '0.1', '--effect', '0.2'], 'only 0.1 of the pairs differ.'],
    [['means', '--sd', '1', '--n', '9', '--alternative', 'up'], '--alternative is "up".'],
  ])('refuses %j', async (args, words) => {
    const { code, stdout, stderr } = await crucible(['power', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
    expect(stderr).toContain('hint: ');
  });
});
