import type { HypothesisAnalysis } from '../../analysis/hypothesis/analyze.ts';
import type { Deviation } from '../../analysis/hypothesis/deviations.ts';
import type { HypothesisOutcome } from '../../analysis/hypothesis/outcome.ts';
import { count, moment, NONE, percent } from '../../core/figures.ts';
import type { FrozenPlan, HypothesisDirection } from '../../stores/frozen-plan.ts';

const WORDS: Readonly<Record<HypothesisOutcome, string>> = {
  supported: 'Supported',
  not_supported: 'Not supported',
  inconclusive: 'Inconclusive',
};
const CLAIM_P: Readonly<Record<HypothesisDirection, string>> = {
  higher: 'p of the claim, two-sided',
  lower: 'p of the claim, two-sided',
  equivalent: 'p of the claim, equivalence',
  not_worse: 'p of the claim, one-sided',
};
const CLAIMS: Readonly<Record<HypothesisDirection, string>> = {
  higher: 'is higher than in the baseline',
  lower: 'is lower than in the baseline',
  equivalent: 'equals that of the baseline within the margin',
  not_worse: 'is not worse than in the baseline by more than the margin',
};

/** Said where a hypothesis is in words alone. */
export const NO_METRIC = 'The hypothesis names no metric, so nothing says what decides about it: no outcome is given.';

export function outcomeText(outcome: HypothesisOutcome): string {
  return WORDS[outcome];
}

/** Which p-value `claim_p_value` is. */
export function claimPText({ direction }: FrozenPlan): string {
  return direction === null ? NONE : CLAIM_P[direction];
}

/** What a plan says beside its statement, when it was frozen, and its hash: names and texts. What it leaves to defaults is left out. */
export function planPairs(plan: FrozenPlan): [string, string][] {
  const { metric, direction, margin, alpha, power, sample_size, request_events, frozen_at, sha256 } = plan;
  const { better, baseline, pair_by, cluster_by, correction } = plan;
  const rules = [`alpha ${alpha}`, `power ${power}`, ...(margin === null ? [] : [`margin ${margin}`])].join(', ');
  const isTestable = metric !== null && direction !== null;
  const pairs: [string, string | undefined][] = [
    ['Claim', isTestable ? `${metric} ${CLAIMS[direction]}` : undefined],
    ['Decided by', isTestable ? rules : undefined],
    ['Better values', better],
    ['Planned baseline', baseline],
    ['Planned pairs', pair_by],
    ['Planned clusters', cluster_by === null ? 'none' : cluster_by],
    ['Planned correction', correction],
    ['Planned samples', sample_size === null ? undefined : count(sample_size)],
    ['Request events', request_events?.join(', ')],
    ['Frozen', `${moment(frozen_at)} (UTC), when its experiment started`],
    ['SHA-256 of the plan', sha256],
  ];
  return pairs.filter((pair): pair is [string, string] => pair[1] !== undefined);
}

/** Why the verdict on the same metric may be another one than the outcome; null where both answer one question. */
export function otherQuestionText({ plan: { direction, metric, alpha }, outcomes }: HypothesisAnalysis): string | null {
  if (direction !== 'not_worse' || alpha === null) return null;
  const verdicts = [...new Set(outcomes.map(({ result }) => result.verdict))].join(', ');
  return `The claim is tested one-sided, against the margin: its p-value is at most alpha where the worse end of a ${percent(1 - 2 * alpha)} interval lies within the margin. The verdict on ${metric} in the findings (${verdicts}) answers another question, whether there is a difference: the two do not contradict each other.`;
}

export const AS_PLANNED = 'Nothing differs from the plan as it was frozen.';

/** How many deviations came when there were data; null where none did. */
export function lateText(deviations: readonly Deviation[]): string | null {
  const late = deviations.filter(({ after_data }) => after_data).length;
  if (late === 0) return null;
  const [things, them] = late === 1 ? ['thing differs', 'it'] : ['things differ', 'them'];
  return `${count(late)} ${things} from the plan and came when there were data, which may have suggested ${them}. The plan was followed in all that it says.`;
}

/** What differs, what was planned, what was found, and whether data were seen by then. */
export function deviationTexts({ what, planned, actual, after_data }: Deviation): [string, string, string, string] {
  return [what, shown(planned), shown(actual), after_data ? 'yes' : 'no'];
}

function shown(value: unknown): string {
  if (value === undefined) return NONE;
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
