import { describe, expect, it } from 'vitest';
import { createBus, createCrucible, type Hypothesis, type Lab, memoryStore } from '../../src/index.ts';
import { pText } from '../../src/report/comparison/comparison-texts.ts';
import { planHash } from '../../src/stores/frozen-plan.ts';
import { fakeClock } from '../../src/testing/fake-clock.ts';
import { all, type Node, parseHtml, tableOf, text } from './parse-html.ts';
import { freshLab, START, twoArms } from './studies.ts';

const FASTER: Hypothesis = { statement: 'B answers faster', metric: 'latency_ms', direction: 'lower' };
const SLOWER: Hypothesis = { ...FASTER, statement: 'B answers slower', direction: 'higher', margin: 0.1 };
const complete = { failures: 0 };

async function pageOf(lab: Lab, options: object = {}): Promise<Node> {
  return parseHtml((await lab.report({ study: 's' }, { format: 'html', ...options })).text);
}

const answerOf = (page: Node): string =>
  text(all(page, 'p').find(({ attributes }) => attributes.class === 'answer') ?? page);
const notesOf = (page: Node): string[] =>
  all(page, 'p').flatMap((each) => (each.attributes.class === 'note' ? [text(each)] : []));

describe('the outcome of a hypothesis', () => {
  it.each([
    [SLOWER, '✓ Supported B answers slower', '✓ Supported'],
    [FASTER, '✗ Not supported B answers faster', '✗ Not supported'],
  ])('stands before everything else, as the lab analyzes it: %j', async (hypothesis, answer, outcome) => {
    const lab = freshLab();
    await twoArms(lab, { hypothesis, ...complete });
    const page = await pageOf(lab);
    expect(text(all(page, 'h2')[0]!)).toBe('Plan and outcome');
    expect(answerOf(page)).toBe(answer);
    const [arm, told, difference] = tableOf(page, 'Outcome of the hypothesis on latency_ms')[0]!;
    expect([arm, told, difference]).toEqual(['treatment', outcome, '×2']);
    const analysis = await lab.analyze('s');
    const report = await lab.report({ study: 's' });
    expect(report.analysis).toEqual(analysis);
    expect(report.comparison).toEqual(analysis.comparison);
    expect(text(page)).toContain(analysis.plan.sha256);
    expect(text(page)).toContain('Nothing differs from the plan as it was frozen.');
    expect(report.text).toMatch(new RegExp(`^> \\*\\*${outcome.slice(2)}\\*\\* B answers`, 'm'));
    expect(text(page)).toContain('await lab.analyze([');
  });

  it('is shown with the p-value of the claim, and beside a verdict that answers another question', async () => {
    const lab = freshLab();
    const hypothesis: Hypothesis = {
      statement: 'B fails no oftener',
      metric: 'success_rate',
      direction: 'not_worse',
      margin: 0.5,
    };
    await twoArms(lab, { hypothesis, ...complete });
    const page = await pageOf(lab);
    const { outcomes } = await lab.analyze('s');
    const [{ claim_p_value: p, result }] = outcomes as [(typeof outcomes)[number]];
    expect(p).toBe(result.not_worse_p_value);
    expect(p).not.toBe(result.adjusted_p_value);
    const [row] = tableOf(page, 'Outcome of the hypothesis on success_rate');
    expect([row![1], row![4]]).toEqual(['✓ Supported', pText(p)]);
    expect(text(page)).toContain('p of the claim, one-sided');
    expect(text(page)).toContain(
      `The verdict on success_rate in the findings (${result.verdict}) answers another question`,
    );
  });

  it('is inconclusive where what is missing could turn it round', async () => {
    const lab = freshLab();
    await twoArms(lab, { hypothesis: { ...SLOWER, metric: 'success_rate', direction: 'lower' } });
    expect(answerOf(await pageOf(lab))).toMatch(/^\? Inconclusive/);
  });

  it('makes every other metric exploratory and says so in the methods', async () => {
    const lab = freshLab();
    await twoArms(lab, { hypothesis: SLOWER, ...complete });
    const page = await pageOf(lab);
    expect(tableOf(page, 'Verdicts on primary metrics').map(([metric]) => metric)).toEqual(['latency_ms']);
    expect(text(page)).toMatch(/The hypothesis on latency_ms was frozen .* and was not changed since/);
    expect(text(page)).toContain('One primary comparison was tested at alpha 0.05, two-sided.');
  });

  it('follows the plan, and shows what was asked for against it', async () => {
    const lab = freshLab();
    await twoArms(lab, { hypothesis: SLOWER, ...complete });
    const page = await pageOf(lab, { alpha: 0.2, primary: ['success_rate'] });
    expect(notesOf(page)[0]).toMatch(/^2 things differ from the plan and came when there were data/);
    expect(tableOf(page, 'What is not as planned')).toEqual([
      ['alpha asked for at the analysis, and not followed', '0.05', '0.2', 'yes'],
      ['primary asked for at the analysis, and not followed', '["latency_ms"]', '["success_rate"]', 'yes'],
    ]);
    expect(text(page)).toContain('alpha 0.05, power 0.8, margin 0.1');
  });
});

describe('a plan that says how to compare', () => {
  const whole: Hypothesis = { ...SLOWER, baseline: 'control', pairBy: 'trace_id', clusterBy: null, correction: 'bh' };

  it('is shown with what it says of baseline, pairs, clusters and correction', async () => {
    const lab = freshLab();
    await twoArms(lab, { hypothesis: whole, ...complete });
    const shown = text(await pageOf(lab));
    for (const each of ['baselinecontrol', 'pairstrace_id', 'clustersnone', 'correctionbh']) {
      expect(shown).toContain(`Planned ${each}`);
    }
    const silent = freshLab();
    await twoArms(silent, { hypothesis: SLOWER, ...complete });
    expect(text(await pageOf(silent))).not.toMatch(/Planned (baseline|pairs|clusters|correction)/);
  });
});

describe('a plan that decides nothing', () => {
  it('names no metric: it is shown with its hash, and no outcome is given', async () => {
    const lab = freshLab();
    const [first] = await twoArms(lab, { hypothesis: 'B is slower' });
    const { analysis } = await lab.report({ study: 's' });
    const page = await pageOf(lab);
    expect(analysis).toBeNull();
    expect(notesOf(page)[0]).toContain('names no metric');
    expect(text(page)).toContain(first!.state.plan!.sha256);
  });

  it('is about a metric that nothing has: the report of the data is written all the same', async () => {
    const lab = freshLab();
    await twoArms(lab, { hypothesis: { ...FASTER, metric: 'unheard_of' } });
    const page = await pageOf(lab);
    expect(notesOf(page)[0]).toMatch(/^The plan could not be tested: "unheard_of"/);
    expect(tableOf(page, 'Verdicts on primary metrics').length).toBeGreaterThan(1);
  });

  it('is of one experiment: its outcome is a matter of the study', async () => {
    const lab = freshLab();
    const [first] = await twoArms(lab, { hypothesis: SLOWER });
    const page = parseHtml((await first!.report({ format: 'html' })).text);
    expect(notesOf(page)).toEqual([
      'One experiment has nothing to be compared with: the outcome is in the report of the study.',
    ]);
    expect(text(page)).toContain('latency_ms is higher than in the baseline');
  });

  it('was changed in the store: a report of its experiment says so', async () => {
    const store = memoryStore();
    const lab = createCrucible({ store, bus: createBus(), clock: fakeClock(START) });
    const experiment = await lab.startExperiment({ name: 'a', hypothesis: SLOWER });
    await experiment.stop();
    await store.update(experiment.id, (state) => ({ ...state, plan: { ...state.plan!, alpha: 0.2 } }));
    const other = createCrucible({ store, bus: createBus(), clock: fakeClock(START) });
    const read = await other.getExperiment(experiment.id);
    expect(planHash(read.state.plan!)).not.toBe(read.state.plan!.sha256);
    expect((await read.report()).text).toContain('> The plan of a is not what its hash says');
  });

  it('is nowhere: nothing is said of it', async () => {
    const lab = freshLab();
    await twoArms(lab);
    expect(all(await pageOf(lab), 'h2').map(text)[0]).toBe('Findings');
  });
});
