import type { Command } from 'commander';
import { type HypothesisAnalysis, plannedFirst } from '../../analysis/hypothesis/analyze.ts';
import type { HypothesisOutcome } from '../../analysis/hypothesis/outcome.ts';
import { CrucibleError, show } from '../../core/errors.ts';
import { addComparisonFlags, type ComparisonFlags, comparisonOptions } from '../comparison-options.ts';
import { besideFailOn, failingOn } from '../fail-on.ts';
import { printOutcome } from '../report/outcome.ts';
import { namedBaseline, studyOrIds } from '../selection.ts';
import { type OpenedStore, withStore } from '../store-access.ts';
import { printJson, warn } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';

interface Options extends ComparisonFlags {
  readonly failOn?: string;
  readonly json?: boolean;
}

const OUTCOMES: readonly HypothesisOutcome[] = ['supported', 'not_supported', 'inconclusive'];

export function define(command: Command): void {
  addComparisonFlags(command)
    .argument('[study or experiments...]', 'a study; or ids, beginnings of ids, or names of experiments')
    .description(
      'Tests the hypothesis of a study by the plan that was frozen at its start, and says what is not as planned. What the plan says is followed whatever the options say.',
    )
    .option('--fail-on <outcomes>', 'end with 1 when the outcome, or that of a treatment, is one: not_supported')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  $ crucible analyze caching\n  $ crucible analyze caching --final --json\n  $ crucible analyze caching --fail-on not_supported,inconclusive',
    )
    .action((wanted: readonly string[], options: Options) =>
      withStore(command, async (opened) => {
        const failing = failingOn(options.failOn, OUTCOMES);
        const analysis = await withProgress('analyzing', () => analyze(opened, wanted, options));
        await (options.json ? printJson(analysis) : printOutcome(analysis));
        const failed = failures(analysis, failing);
        for (const text of failed) warn(text);
        if (failed.length > 0) process.exitCode = 1;
      }),
    );
}

async function analyze(opened: OpenedStore, wanted: readonly string[], options: Options): Promise<HypothesisAnalysis> {
  const { study, failOn } = options;
  const ids = await besideFailOn({ failOn, wanted, known: OUTCOMES }, () => studyOrIds(opened, wanted, study));
  if (!ids) {
    throw new CrucibleError('invalid_argument', 'Nothing says what to analyze.', {
      hint: 'Name a study or experiments: crucible list shows them.',
    });
  }
  const states = (await opened.store.list()).filter(({ id }) => ids.includes(id));
  if (plannedFirst(states) === null) {
    const named = show(study ?? wanted.join(' '));
    const inWords = states.some(({ plan }) => plan);
    throw new CrucibleError(
      'invalid_argument',
      inWords ? `The hypothesis of ${named} names no metric.` : `No plan was frozen for ${named}.`,
      {
        hint: "A plan is frozen when an experiment starts with hypothesis: { statement, metric: 'success_rate', direction: 'higher' }; crucible compare needs none.",
      },
    );
  }
  const baseline = await namedBaseline(opened, options.baseline);
  return opened.lab.analyze(ids, { ...comparisonOptions(options), ...(baseline === undefined ? {} : { baseline }) });
}

function failures({ outcome, outcomes, plan }: HypothesisAnalysis, failing: readonly HypothesisOutcome[]): string[] {
  const words = (found: HypothesisOutcome) => found.replace('_', ' ');
  const own = outcomes.filter((each) => failing.includes(each.outcome));
  if (own.length > 0)
    return own.map((each) => `${show(plan.statement)} is ${words(each.outcome)} in ${each.treatment}.`);
  return failing.includes(outcome) ? [`${show(plan.statement)} is ${words(outcome)}.`] : [];
}
