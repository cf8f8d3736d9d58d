import type { HypothesisOutcome } from '../../analysis/hypothesis/outcome.ts';
import { NONE } from '../../core/figures.ts';
import { type FrozenPlan, planHash } from '../../stores/frozen-plan.ts';
import { differenceText, intervalText, pText } from '../comparison/comparison-texts.ts';
import type { ReportData } from '../data/report-data.ts';
import { type Block, type Cell, heading, note, paragraph } from '../document/block.ts';
import { claimPText, NO_METRIC, otherQuestionText, outcomeText, planPairs } from '../hypothesis/outcome-texts.ts';
import { deviations } from './deviations.ts';
import { labelsOf } from './treatments.ts';

/** What became of the hypothesis, and what the plan was: nothing where none was frozen. */
export function outcome(data: ReportData): Block[] {
  const plan = data.analysis?.plan ?? firstPlan(data);
  if (plan === null) return [];
  return [
    heading(2, 'Plan and outcome'),
    ...answer(data, plan),
    {
      kind: 'pairs',
      pairs: [...(data.analysis ? [] : [['Hypothesis', plan.statement] as const]), ...planPairs(plan)],
    },
    ...held(data),
  ];
}

function answer({ analysis, untested, comparison }: ReportData, plan: FrozenPlan): Block[] {
  if (analysis) {
    const { outcome: found } = analysis;
    return [{ kind: 'answer', answer: cell(found), text: plan.statement }];
  }
  const why = untested
    ? `The plan could not be tested: ${untested}`
    : plan.metric === null
      ? NO_METRIC
      : comparison === null
        ? 'One experiment has nothing to be compared with: the outcome is in the report of the study.'
        : 'The plan was not tested.';
  return [note(why)];
}

function held({ analysis, comparison, experiments, arms }: ReportData): Block[] {
  if (!analysis) return experiments.flatMap(({ state: { plan, name } }) => tampered(plan ?? null, name));
  const labels = labelsOf({ comparison, experiments });
  const otherQuestion = otherQuestionText(analysis);
  const rows = analysis.outcomes.map(({ outcome: own, reason, result, claim_p_value }, i) => [
    labels[i] ?? NONE,
    cell(own),
    differenceText(result),
    intervalText(result),
    pText(claim_p_value),
    reason,
  ]);
  return [
    {
      kind: 'table',
      caption: `Outcome of the hypothesis on ${analysis.plan.metric}, against ${arms[0]}`,
      columns: [
        { title: 'Arm' },
        { title: 'Outcome' },
        { title: 'Difference', align: 'right' },
        { title: 'Interval', align: 'right' },
        { title: claimPText(analysis.plan), align: 'right' },
        { title: 'Reason' },
      ],
      rows,
    },
    ...(otherQuestion === null ? [] : [paragraph(otherQuestion)]),
    ...deviations(analysis.deviations),
  ];
}

function tampered(plan: FrozenPlan | null, name: string): Block[] {
  if (plan === null || planHash(plan) === plan.sha256) return [];
  return [note(`The plan of ${name} is not what its hash says: it was changed after the start.`)];
}

function firstPlan({ experiments }: ReportData): FrozenPlan | null {
  const states = experiments.map(({ state }) => state).sort((a, b) => a.started_at - b.started_at);
  const plans = states.flatMap(({ plan }) => plan ?? []);
  return plans.find(({ metric }) => metric !== null) ?? plans[0] ?? null;
}

function cell(found: HypothesisOutcome): Exclude<Cell, string> {
  return { text: outcomeText(found), tone: found };
}
