import type { HypothesisAnalysis } from '../../analysis/hypothesis/analyze.ts';
import type { HypothesisOutcome } from '../../analysis/hypothesis/outcome.ts';
import { count, moment, NONE, percent } from '../../core/figures.ts';
import { type FrozenPlan, planHash } from '../../stores/frozen-plan.ts';
import { differenceText, intervalText, pText } from '../comparison/comparison-texts.ts';
import type { ReportData } from '../data/report-data.ts';
import { type Block, type Cell, heading, note, paragraph } from '../document/block.ts';
import { deviations } from './deviations.ts';
import { labelsOf } from './treatments.ts';

const WORDS = { supported: 'Supported', not_supported: 'Not supported', inconclusive: 'Inconclusive' } as const;
const CLAIM_P = {
  higher: 'p of the claim, two-sided',
  lower: 'p of the claim, two-sided',
  equivalent: 'p of the claim, equivalence',
  not_worse: 'p of the claim, one-sided',
} as const;
const CLAIMS = {
  higher: 'is higher than in the baseline',
  lower: 'is lower than in the baseline',
  equivalent: 'equals that of the baseline within the margin',
  not_worse: 'is not worse than in the baseline by more than the margin',
} as const;

/** What became of the hypothesis, and what the plan was: nothing where none was frozen. */
export function outcome(data: ReportData): Block[] {
  const plan = data.analysis?.plan ?? firstPlan(data);
  if (plan === null) return [];
  return [
    heading(2, 'Plan and outcome'),
    ...answer(data, plan),
    { kind: 'pairs', pairs: planned(plan, data.analysis !== null) },
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
      ? 'The hypothesis names no metric, so nothing says what decides about it: no outcome is given.'
      : comparison === null
        ? 'One experiment has nothing to be compared with: the outcome is in the report of the study.'
        : 'The plan was not tested.';
  return [note(why)];
}

function held({ analysis, comparison, experiments, arms }: ReportData): Block[] {
  if (!analysis) return experiments.flatMap(({ state: { plan, name } }) => tampered(plan ?? null, name));
  const labels = labelsOf({ comparison, experiments });
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
        { title: CLAIM_P[analysis.plan.direction!], align: 'right' },
        { title: 'Reason' },
      ],
      rows,
    },
    ...otherQuestion(analysis),
    ...deviations(analysis.deviations),
  ];
}

/** Why the verdict on the same metric may be another one than the outcome. */
function otherQuestion({ plan: { direction, metric, alpha }, outcomes }: HypothesisAnalysis): Block[] {
  if (direction !== 'not_worse' || alpha === null) return [];
  const verdicts = [...new Set(outcomes.map(({ result }) => result.verdict))].join(', ');
  return [
    paragraph(
      `The claim is tested one-sided, against the margin: its p-value is at most alpha where the worse end of a ${percent(1 - 2 * alpha)} interval lies within the margin. The verdict on ${metric} in the findings (${verdicts}) answers another question, whether there is a difference: the two do not contradict each other.`,
    ),
  ];
}

function tampered(plan: FrozenPlan | null, name: string): Block[] {
  if (plan === null || planHash(plan) === plan.sha256) return [];
  return [note(`The plan of ${name} is not what its hash says: it was changed after the start.`)];
}

function planned(plan: FrozenPlan, isAnswered: boolean): [string, string][] {
  const { metric, direction, margin, alpha, power, sample_size, request_events, frozen_at, sha256 } = plan;
  const test: [string, string][] =
    metric === null || direction === null
      ? []
      : [
          ['Claim', `${metric} ${CLAIMS[direction]}`],
          [
            'Decided by',
            [`alpha ${alpha}`, `power ${power}`, ...(margin === null ? [] : [`margin ${margin}`])].join(', '),
          ],
        ];
  return [
    ...(isAnswered ? [] : [['Hypothesis', plan.statement] as [string, string]]),
    ...test,
    ...(sample_size === null ? [] : [['Planned samples', count(sample_size)] as [string, string]]),
    ...(request_events === null ? [] : [['Request events', request_events.join(', ')] as [string, string]]),
    ['Frozen', `${moment(frozen_at)} (UTC), when its experiment started`],
    ['SHA-256 of the plan', sha256],
  ];
}

function firstPlan({ experiments }: ReportData): FrozenPlan | null {
  const states = experiments.map(({ state }) => state).sort((a, b) => a.started_at - b.started_at);
  const plans = states.flatMap(({ plan }) => plan ?? []);
  return plans.find(({ metric }) => metric !== null) ?? plans[0] ?? null;
}

function cell(found: HypothesisOutcome): Exclude<Cell, string> {
  return { text: WORDS[found], tone: found };
}
