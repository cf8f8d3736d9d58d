import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CompareOptions } from '../../../src/analysis/comparison/compare-options.ts';
import type { Hypothesis } from '../../../src/stores/frozen-plan.ts';
import { planHash } from '../../../src/stores/frozen-plan.ts';
import { bench } from '../../lab/bench.ts';

const PLAN: Hypothesis = { statement: 'B answers faster', metric: 'latency_ms', direction: 'lower' };

/** A finished study whose treatment takes `factor` of the control's time, with some spread. */
async function study(
  hypothesis: Hypothesis | string | undefined,
  factor: number,
  treatment: object = {},
  both: object = {},
) {
  const { lab, clock, store } = bench();
  const ids: string[] = [];
  for (const [condition, scale] of [
    ['control', 1],
    ['treatment', factor],
  ] as const) {
    const own = { ...both, ...(condition === 'treatment' ? treatment : {}) };
    const experiment = await lab.startExperiment({
      name: condition,
      study: 's',
      condition,
      ...(hypothesis !== undefined && { hypothesis }),
      ...own,
    });
    ids.push(experiment.id);
    for (let i = 0; i < 40; i++) {
      clock.advance(1000);
      const duration = scale * (100 + 10 * (i % 7)) * (1 + 0.02 * ((i * (condition === 'control' ? 3 : 5)) % 4));
      experiment.execute('req_llm.request.stop', { duration }, { sample_id: `s${i}` });
    }
    await experiment.stop();
  }
  return { lab, store, clock, ids };
}

describe('a hypothesis', () => {
  it('is frozen with its hash when its experiment starts', async () => {
    const { lab, ids } = await study({ ...PLAN, margin: 0.1 }, 0.5);
    const { plan, hypothesis } = (await lab.getExperiment(ids[0]!)).state;
    expect(hypothesis).toEqual({ ...PLAN, margin: 0.1 });
    expect(plan).toMatchObject({ ...PLAN, margin: 0.1, alpha: 0.05, power: 0.8, sample_size: null });
    expect(plan!.sha256).toBe(planHash(plan!));
    expect(plan!.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect((await lab.getExperiment(ids[1]!)).state.plan!.sha256).toBe(plan!.sha256);
  });

  it('has the hash that it always had where it says nothing of baseline, pairs, clusters and correction', async () => {
    const { lab } = bench();
    const { state } = await lab.startExperiment({ name: 'a', hypothesis: PLAN, sampleSize: 5 });
    const { plan } = state;
    const content = '["B answers faster","latency_ms","lower",null,0.05,0.8,5,null]';
    expect(plan!.sha256).toBe(createHash('sha256').update(content).digest('hex'));
    for (const more of [
      { baseline: 'control' },
      { pair_by: 'a' },
      { cluster_by: null },
      { correction: 'none' },
    ] as const) {
      expect(planHash({ ...plan!, ...more })).not.toBe(plan!.sha256);
    }
  });

  it('about a share has a margin below 1', async () => {
    const { lab } = bench();
    for (const metric of ['success_rate', 'accuracy']) {
      const hypothesis: Hypothesis = { statement: 'as good', metric, direction: 'not_worse', margin: 2 };
      await expect(lab.startExperiment({ name: 'a', hypothesis })).rejects.toThrow(
        'a share: 0.02 is 2 percentage points',
      );
    }
  });

  const outcomes: readonly [Partial<Hypothesis>, number, string][] = [
    [{}, 0.5, 'supported'],
    [{}, 1.5, 'not_supported'],
    [{}, 1, 'inconclusive'],
    [{ margin: 0.2 }, 1, 'not_supported'],
    [{ direction: 'higher' }, 1.5, 'supported'],
    [{ direction: 'equivalent', margin: 0.1 }, 1, 'supported'],
    [{ direction: 'equivalent', margin: 0.1 }, 1.5, 'not_supported'],
    [{ direction: 'not_worse', margin: 0.1 }, 0.9, 'supported'],
    [{ direction: 'not_worse', margin: 0.1 }, 1, 'supported'],
    [{ direction: 'not_worse', margin: 0.1 }, 1.5, 'not_supported'],
  ];
  for (const [change, factor, outcome] of outcomes) {
    it(`${JSON.stringify(change)} with ${factor} times the latency is ${outcome}`, async () => {
      const { lab } = await study({ ...PLAN, ...change }, factor);
      const analysis = await lab.analyze('s');
      expect(analysis).toMatchObject({ outcome, deviations: [] });
      expect(analysis.outcomes).toMatchObject([{ treatment: 'treatment', outcome, result: { role: 'primary' } }]);
    });
  }

  it('tested on less than was planned is tested with that deviation', async () => {
    const { lab } = await study(PLAN, 0.5, { sampleSize: 50 });
    expect((await lab.analyze('s')).comparison.interim).toBe(true);
    const { comparison, deviations } = await lab.analyze('s', { final: true });
    expect(comparison.interim).toBe(false);
    expect(comparison.comparisons[0]!.metrics.latency_ms!.p_value).not.toBeNull();
    expect(deviations).toContainEqual({
      what: expect.stringMatching(/^samples of treatment \(.*\), declared final before its sample size$/),
      planned: 50,
      actual: 40,
      after_data: true,
    });
  });

  it('that cannot be tested is refused at the start', async () => {
    const { lab } = bench();
    const bad = [
      '',
      5,
      { metric: 'latency_ms', direction: 'lower' },
      { ...PLAN, direction: 'faster' },
      { ...PLAN, margin: -1 },
      { ...PLAN, direction: 'equivalent' },
      { ...PLAN, alpha: 0.9 },
      { ...PLAN, power: 0.01 },
      { ...PLAN, metric: undefined },
      { ...PLAN, level: 0.95 },
      { ...PLAN, baseline: '' },
      { ...PLAN, pairBy: 3 },
      { ...PLAN, clusterBy: '' },
      { ...PLAN, correction: 'some' },
    ];
    for (const hypothesis of bad) {
      const start = lab.startExperiment({ name: 'a', hypothesis: hypothesis as Hypothesis });
      await expect(start, JSON.stringify(hypothesis)).rejects.toMatchObject({ code: 'invalid_argument' });
    }
  });

  it('in words alone has nothing to test', async () => {
    const { lab } = await study('B is faster', 0.5);
    await expect(lab.analyze({ study: 's' })).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('of a study that is not there is not looked for, whatever is asked of that study', async () => {
    const { lab } = await study('B is faster', 0.5);
    const asked = [
      () => lab.analyze('nonesuch'),
      () => lab.compare({ study: 'nonesuch' }),
      () => lab.report({ study: 'nonesuch' }),
      () => lab.exportMany({ study: 'nonesuch' }, 'csv', { path: 'nowhere.csv' }),
    ];
    for (const ask of asked) {
      const message = expect.stringContaining('There is no experiment of a study "nonesuch".');
      await expect(ask()).rejects.toMatchObject({ code: 'experiment_not_found', message });
    }
  });
});

describe('the p-value of the claim', () => {
  /** Pairs of yes and no: how many only the control, and only the treatment, got right. */
  async function pairs(hypothesis: Hypothesis, lost: number, won: number) {
    const { lab } = bench();
    for (const condition of ['control', 'treatment']) {
      const experiment = await lab.startExperiment({ name: condition, study: 's', condition, hypothesis });
      for (let i = 0; i < 200; i++) {
        const success = i < lost ? condition === 'control' : i < lost + won ? condition === 'treatment' : true;
        experiment.execute('req_llm.request.stop', { duration: 1 }, { sample_id: `s${i}`, success });
      }
      await experiment.stop();
    }
    return (await lab.analyze('s')).outcomes[0]!;
  }
  const claim = (direction: 'not_worse' | 'equivalent' | 'higher', more: Partial<Hypothesis> = {}): Hypothesis => ({
    statement: 'B does as it should',
    metric: 'success_rate',
    direction,
    ...(direction !== 'higher' && { margin: 0.05 }),
    ...more,
  });

  it('of non-inferiority is one-sided, of equivalence the larger of two, of a direction two-sided', async () => {
    const [notWorse, equivalent, higher] = [
      await pairs(claim('not_worse'), 4, 6),
      await pairs(claim('equivalent'), 4, 6),
      await pairs(claim('higher'), 4, 6),
    ];
    // The better end is nearer to the margin than the worse one.
    expect(notWorse.claim_p_value).toBeLessThan(equivalent.claim_p_value!);
    expect(equivalent.claim_p_value).toBe(equivalent.result.equivalence_p_value);
    // R: binom.test(6, 10)$p.value
    expect(higher.claim_p_value).toBeCloseTo(0.75390625, 12);
    expect([notWorse.outcome, equivalent.outcome, higher.outcome]).toEqual(['supported', 'supported', 'inconclusive']);
  });

  it('decides: supported is what has it at or below the alpha of the plan, whatever alpha is', async () => {
    const { claim_p_value: p } = await pairs(claim('not_worse'), 5, 4);
    expect(p).toBeGreaterThan(0.001);
    expect(p).toBeLessThan(0.05);
    for (const [alpha, outcome] of [
      [p! * 1.01, 'supported'],
      [p! * 0.99, 'inconclusive'],
    ] as const) {
      for (const direction of ['not_worse', 'equivalent'] as const) {
        const found = await pairs(claim(direction, { alpha }), 5, 4);
        expect(found).toMatchObject({ claim_p_value: p, outcome });
      }
    }
  });

  it('is above one half where the estimate is beyond the margin', async () => {
    const found = await pairs(claim('not_worse'), 30, 0);
    expect(found.claim_p_value).toBeGreaterThan(0.99);
    expect(found.outcome).toBe('not_supported');
  });
});

describe('values that are missing', () => {
  /** Pairs whose treatment takes `factor` of the time; the control lacks some and the treatment some, which fail. */
  async function missing(
    hypothesis: Partial<Hypothesis>,
    factor: number,
    lacks: Record<string, number>,
    run: object = {},
  ) {
    const { lab, clock } = bench();
    const plan = { ...PLAN, direction: 'not_worse', margin: 0.1, ...hypothesis } as Hypothesis;
    for (const condition of ['control', ...Object.keys(lacks)]) {
      const experiment = await lab.startExperiment({
        name: condition,
        study: 's',
        condition,
        hypothesis: plan,
        ...run,
      });
      for (let i = 0; i < 120; i++) {
        clock.advance(1000);
        const scale = condition === 'control' ? 1 : factor;
        const duration = scale * (100 + (i % 7)) * (1 + 0.02 * ((i * (condition === 'control' ? 3 : 5)) % 4));
        const success = condition === 'control' ? i >= 4 || !('even' in lacks) : i < 120 - lacks[condition]!;
        experiment.execute('req_llm.request.stop', { duration }, { sample_id: `s${i}`, success });
      }
      if (run === ENDED) await experiment.stop();
    }
    return (await lab.analyze('s')).outcomes;
  }
  const ENDED = {};
  const OPEN = { metadata: { open: true } };

  it('leave non-inferiority open where they could bring it beyond the margin, and only there', async () => {
    const [whole] = await missing({}, 1, { treatment: 0 }, ENDED);
    expect(whole).toMatchObject({ outcome: 'supported', result: { sensitivity: null } });
    // As many in each arm: values between the least and the greatest that were observed do no harm.
    const [even] = await missing({}, 1, { even: 4 }, ENDED);
    expect(even).toMatchObject({ outcome: 'supported', result: { sensitivity: { not_worse_could_flip: false } } });
    const [hung] = await missing({}, 1, { treatment: 6 }, ENDED);
    expect(hung!.claim_p_value).toBeLessThan(0.05);
    expect(hung).toMatchObject({
      outcome: 'inconclusive',
      reason: 'What is missing could bring it beyond the margin.',
      result: { sensitivity: { not_worse_could_flip: true, high: null } },
    });
  });

  it('is no worse only where somebody, or the name, says which values are worse', async () => {
    const scored = async (metric: string, better?: 'higher' | 'lower') => {
      const { lab } = bench();
      for (const [arm, condition] of ['control', 'treatment'].entries()) {
        const experiment = await lab.startExperiment({
          name: condition,
          study: 's',
          condition,
          hypothesis: {
            statement: 'no worse',
            metric,
            direction: 'not_worse',
            margin: 0.05,
            ...(better && { better }),
          },
        });
        for (let i = 0; i < 60; i++) {
          const value = 0.3 + 0.2 * arm + 0.01 * ((i * (3 + arm)) % 7);
          experiment.score(metric.replace('scores.', ''), value, { sample_id: `s${i}` });
        }
        await experiment.stop();
      }
      return lab.analyze('s');
    };
    const { outcomes } = await scored('scores.verbosity');
    expect(outcomes[0]).toMatchObject({
      outcome: 'inconclusive',
      result: { better: 'higher', better_is_assumed: true },
    });
    expect(outcomes[0]!.reason).toContain('Nobody said which values are worse');
    expect(outcomes[0]!.result.assumptions.join()).toContain('Higher values are taken for the better ones');
    expect((await scored('scores.verbosity', 'lower')).outcome).toBe('not_supported');
    expect((await scored('scores.verbosity', 'higher')).outcome).toBe('supported');
    expect((await scored('scores.toxicity')).outcome).toBe('not_supported');
    await expect(bench().lab.startExperiment({ name: 'a', hypothesis: { ...PLAN, better: 'lower' } })).rejects.toThrow(
      'Leave it out: the direction says it',
    );
  });

  it('leave "not supported" open where they could bring it within the margin', async () => {
    const margin = 0.02;
    const [whole] = await missing({ margin }, 1.06, { treatment: 0 }, ENDED);
    expect(whole!.outcome).toBe('not_supported');
    const [few] = await missing({ margin }, 1.06, { treatment: 60 }, ENDED);
    expect(few!.result.ci!.low).toBeGreaterThan(1 + margin);
    expect(few).toMatchObject({ outcome: 'inconclusive', reason: 'What is missing could bring it within the margin.' });
    const [equivalence] = await missing({ margin, direction: 'equivalent' }, 1.06, { treatment: 60 }, ENDED);
    expect(equivalence!.outcome).toBe('inconclusive');
  });

  it('of interim data are judged by the worse end, of several treatments not before the end', async () => {
    const [whole] = await missing({}, 1, { treatment: 0 }, OPEN);
    expect(whole).toMatchObject({ outcome: 'supported', claim_p_value: null });
    const [hung] = await missing({}, 1, { treatment: 6 }, OPEN);
    expect(hung).toMatchObject({
      outcome: 'inconclusive',
      reason: 'What is missing could bring it beyond the margin.',
    });
    const several = await missing({}, 1, { b: 0, c: 0 }, OPEN);
    expect(several.map(({ outcome }) => outcome)).toEqual(['inconclusive', 'inconclusive']);
    expect(several[0]!.reason).toContain('several treatments');
  });

  it('of several treatments are corrected for: each is tested against the margin at less than alpha', async () => {
    const [one] = await missing({}, 1.06, { b: 0 }, ENDED);
    const [two] = await missing({}, 1.06, { b: 0, c: 0 }, ENDED);
    expect(two!.claim_p_value! / one!.claim_p_value!).toBeGreaterThan(1);
    expect(two!.claim_p_value).toBe(Math.min(1, 2 * one!.claim_p_value!));
  });
});

describe('what was changed after data were seen', () => {
  it('in a later experiment is told', async () => {
    const { lab, ids } = await study(PLAN, 0.5, { hypothesis: { ...PLAN, direction: 'higher', margin: 0.3 } });
    const { plan, deviations, outcome } = await lab.analyze(ids);
    expect([plan.direction, outcome]).toEqual(['lower', 'supported']);
    const named = `treatment (${ids[1]})`;
    expect(deviations).toEqual([
      { what: `direction of ${named}`, planned: 'lower', actual: 'higher', after_data: true },
      { what: `margin of ${named}`, planned: null, actual: 0.3, after_data: true },
    ]);
  });

  it('in a stored plan does not pass its hash', async () => {
    const { lab, store, ids } = await study(PLAN, 0.5);
    await store.update(ids[0]!, (state) => ({ ...state, plan: { ...state.plan!, alpha: 0.2 } }));
    const { deviations } = await lab.analyze('s');
    expect(deviations[0]).toMatchObject({
      what: expect.stringContaining('changed since it was frozen'),
      after_data: true,
    });
  });

  it('in a stored definition is told', async () => {
    const { lab, store, ids } = await study(PLAN, 0.5);
    await store.update(ids[1]!, (state) => ({ ...state, sample_size: 40 }));
    expect((await lab.analyze('s')).deviations).toEqual([
      {
        what: `sample_size of treatment (${ids[1]}), changed since its start`,
        planned: null,
        actual: 40,
        after_data: true,
      },
    ]);
  });

  it('at the analysis is told and not followed', async () => {
    const { lab } = await study(PLAN, 1);
    const { deviations, comparison } = await lab.analyze('s', { alpha: 0.4 });
    expect(comparison.alpha).toBe(0.05);
    expect(deviations).toMatchObject([{ what: expect.stringContaining('alpha'), planned: 0.05, actual: 0.4 }]);
  });

  const chosen: readonly [CompareOptions, string, unknown][] = [
    [{ baseline: 'treatment' }, 'baseline', 'control'],
    [{ clusterBy: null }, 'clusterBy', 'user_id, else session_id'],
    [{ pairBy: 'session_id' }, 'pairBy', 'sample_id'],
    [{ correction: 'none' }, 'correction', 'holm'],
    [{ seed: 7 }, 'seed', 1],
    [{ resamples: 999 }, 'resamples', 9999],
  ];
  for (const [options, name, usual] of chosen) {
    const [value] = Object.values(options);
    it(`where the plan is silent is told: ${JSON.stringify(options)}`, async () => {
      const { lab } = await study(PLAN, 0.5);
      const what = `${name} chosen at the analysis, of which the plan says nothing`;
      expect((await lab.analyze('s', options)).deviations).toEqual([
        { what, planned: usual, actual: value, after_data: true },
      ]);
    });
  }

  it('where it is the default is no deviation', async () => {
    const { lab, ids } = await study(PLAN, 0.5);
    const options = { pairBy: 'sample_id', correction: 'holm', seed: 1, resamples: 9999 } as const;
    for (const baseline of ['control', ids[0]!]) {
      expect((await lab.analyze('s', { ...options, baseline })).deviations).toEqual([]);
    }
  });

  it('does not replace the baseline, pairs, clusters and correction of the plan', async () => {
    const whole = { baseline: 'control', pairBy: 'sample_id', clusterBy: null, correction: 'bonferroni' } as const;
    const { lab } = await study({ ...PLAN, ...whole }, 0.5);
    const { plan, outcome } = await lab.analyze('s');
    expect(plan).toMatchObject({
      baseline: 'control',
      pair_by: 'sample_id',
      cluster_by: null,
      correction: 'bonferroni',
    });
    const options = { baseline: 'treatment', pairBy: 'session_id', clusterBy: 'user_id', correction: 'none' } as const;
    const other = await lab.analyze('s', options);
    expect([other.outcome, other.comparison.baseline, other.comparison.correction]).toEqual([
      outcome,
      'control',
      'bonferroni',
    ]);
    expect(other.deviations).toEqual(
      Object.entries(whole).map(([name, planned]) => ({
        what: `${name} asked for at the analysis, and not followed`,
        planned,
        actual: options[name as keyof typeof options],
        after_data: true,
      })),
    );
  });

  it('by a spec of the metric of the plan is told and not followed', async () => {
    const { lab } = await study(PLAN, 0.5);
    const metrics = [{ name: 'latency_ms', better: 'higher' }] as const;
    const { deviations, outcome } = await lab.analyze('s', { metrics });
    expect(outcome).toBe('supported');
    expect(deviations).toMatchObject([{ what: 'metrics asked for at the analysis, and not followed' }]);
  });

  it('by a plan that was frozen after them is told', async () => {
    const { lab, clock } = await study(undefined, 0.5);
    clock.advance(1000);
    const late = await lab.startExperiment({ name: 'late', study: 's', condition: 'treatment', hypothesis: PLAN });
    await late.stop();
    const { deviations } = await lab.analyze('s');
    expect(deviations[0]).toMatchObject({
      what: expect.stringContaining('plan frozen after the first event'),
      after_data: true,
    });
  });

  it('by a plan that was frozen after the first metric point is told', async () => {
    const { lab, clock } = bench();
    const plan: Hypothesis = { statement: 'lower', metric: 'logged.loss', direction: 'lower' };
    for (const [condition, hypothesis] of [['control'], ['treatment', plan]] as const) {
      const own = { name: condition, study: 's', condition, ...(hypothesis && { hypothesis }) };
      const experiment = await lab.startExperiment(own);
      clock.advance(1000);
      await experiment.logMetric('loss', 1, { step: 1 });
      clock.advance(1000);
      await experiment.stop();
    }
    const { deviations } = await lab.analyze('s');
    expect(deviations[0]!.what).toContain('plan frozen after the first event');
  });

  it('by leaving members of the study out is told', async () => {
    const { lab, ids } = await study(PLAN, 0.5);
    const more = await lab.startExperiment({ name: 'bad seed', study: 's', condition: 'treatment', hypothesis: PLAN });
    await more.stop();
    const elsewhere = await lab.startExperiment({ name: 'other', study: 'another' });
    await elsewhere.stop();
    const left = { what: `bad seed (${more.id}) of the study s, left out`, planned: more.id, actual: null };
    expect((await lab.analyze(ids)).deviations).toEqual([{ ...left, after_data: true }]);
    expect((await lab.report(ids)).analysis!.deviations).toEqual([{ ...left, after_data: true }]);
    expect((await lab.analyze('s')).deviations).toEqual([]);
  });

  it('by collecting more than was planned is told', async () => {
    const { lab, ids } = await study(PLAN, 0.5, {}, { sampleSize: 30 });
    expect((await lab.analyze('s')).deviations).toEqual(
      ids.map((id, i) => ({
        what: `more collected by ${['control', 'treatment'][i]} (${id}) than was planned`,
        planned: 30,
        actual: 40,
        after_data: true,
      })),
    );
    const exact = await study(PLAN, 0.5, {}, { sampleSize: 40 });
    expect((await exact.lab.analyze('s')).deviations).toEqual([]);
  });

  it('by an experiment without a plan is told', async () => {
    const { lab, ids } = await study(PLAN, 0.5, { hypothesis: undefined });
    expect((await lab.analyze(ids)).deviations).toMatchObject([
      { what: expect.stringContaining('plan of treatment'), actual: null },
    ]);
  });
});

describe('beside the hypothesis', () => {
  it('everything else that there is is compared as exploratory, with margins of its own', async () => {
    const { lab } = await study(PLAN, 0.5);
    const { comparison } = await lab.analyze('s', { margin: { success_rate: 0.1, latency_ms: 0.5 } });
    const metrics = Object.values(comparison.comparisons[0]!.metrics);
    const compare = (await lab.compare({ study: 's' })).comparisons[0]!.metrics;
    expect(metrics.map(({ metric }) => metric).sort()).toEqual(Object.keys(compare).sort());
    expect(metrics.filter(({ role }) => role === 'primary').map(({ metric }) => metric)).toEqual(['latency_ms']);
    expect(Object.fromEntries(metrics.map(({ metric, margin }) => [metric, margin]))).toMatchObject({
      latency_ms: null,
      success_rate: 0.1,
    });
  });
});
