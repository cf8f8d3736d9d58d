import type { Command } from 'commander';
import type { ExperimentComparison, Verdict } from '../../analysis/comparison/comparison-result.ts';
import { plannedFirst } from '../../analysis/hypothesis/analyze.ts';
import { CrucibleError, show } from '../../core/errors.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import { acrossFolders } from '../baseline-folder.ts';
import { addComparisonFlags, type ComparisonFlags, comparisonOptions } from '../comparison-options.ts';
import { wantsAllExperiments } from '../damage.ts';
import { besideFailOn, failingOn } from '../fail-on.ts';
import { printComparison, verdictsOf } from '../report/comparison.ts';
import { namedBaseline, selectedIds } from '../selection.ts';
import { type OpenedStore, withFolder, withStore } from '../store-access.ts';
import { printJson, printLine, warn } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';

interface Options extends ComparisonFlags {
  readonly baselineDir?: string;
  readonly failOn?: string;
  readonly json?: boolean;
}

const VERDICTS: readonly Verdict[] = ['better', 'worse', 'equivalent', 'inconclusive'];

export function define(command: Command): void {
  addComparisonFlags(command)
    .argument('[experiments...]', 'ids, beginnings of ids, or names')
    .description('Compares experiments with a baseline: by condition where there are several, else one by one.')
    .option('--baseline-dir <folder>', 'compare with the experiments of another folder, condition by condition')
    .option('--fail-on <verdicts>', 'end with 1 when a primary metric is one of them: worse,inconclusive')
    .option('--json', 'print a JSON object; with --baseline-dir an array of them')
    .addHelpText(
      'after',
      '\nExamples:\n  $ crucible compare --study penguins\n  $ crucible compare run_a run_b --json\n  $ crucible compare --study penguins --baseline-dir ../main/.crucible --fail-on worse',
    )
    .action((wanted: readonly string[], options: Options) =>
      withStore(command, (opened) =>
        options.baselineDir === undefined
          ? compareHere(opened, wanted, options)
          : withFolder(options.baselineDir, (baseline) => compareFolders(opened, baseline, wanted, options)),
      ),
    );
}

async function compareHere(opened: OpenedStore, wanted: readonly string[], options: Options): Promise<void> {
  const { lab, store } = opened;
  const ids = await chosenIds(opened, wanted, options);
  const baseline = await namedBaseline(opened, options.baseline);
  const gate = gateOf(options);
  const comparison = await withProgress('comparing', () =>
    lab.compare(ids, { ...comparisonOptions(options), ...(baseline === undefined ? {} : { baseline }) }),
  );
  if (options.json) await printJson(comparison);
  else {
    await printComparison(comparison, options.quantiles !== undefined);
    const hint = planHint((await store.list()).filter(({ id }) => ids.includes(id)));
    if (hint !== null) await printLine(hint);
  }
  gate([comparison]);
}

// The plan decides by alpha, direction and margin of its own, which a comparison does not look at.
function planHint(states: readonly ExperimentState[]): string | null {
  if (plannedFirst(states) === null) return null;
  const [study, ...others] = new Set(states.map((state) => state.study));
  const named = study != null && others.length === 0 ? [study] : states.map(({ id }) => id);
  const words = named.map((name) => (/^[\w.-]+$/.test(name) ? name : show(name)));
  return `A plan was frozen: crucible analyze ${words.join(' ')} gives its outcome.`;
}

async function compareFolders(
  here: OpenedStore,
  there: OpenedStore,
  wanted: readonly string[],
  options: Options,
): Promise<void> {
  const { study, baseline, json } = options;
  const gate = gateOf(options);
  if (baseline !== undefined) {
    throw new CrucibleError('invalid_argument', '--baseline and --baseline-dir contradict each other.', {
      hint: 'With --baseline-dir each condition is compared with the same condition of the other folder.',
    });
  }
  if (options.sampleRatio !== undefined) {
    throw new CrucibleError('invalid_argument', '--sample-ratio and --baseline-dir contradict each other.', {
      hint: 'Units are assigned to the conditions of one folder: compare without --baseline-dir.',
    });
  }
  const ids = await chosenIds(here, wanted, options);
  const { comparisons, unmatched } = await withProgress('comparing', () =>
    acrossFolders(here, ids, there, study, comparisonOptions(options)),
  );
  for (const name of unmatched) warn(`${name} is in only one of the folders.`);
  if (json) await printJson(comparisons);
  else for (const comparison of comparisons) await printComparison(comparison, options.quantiles !== undefined);
  gate(comparisons);
}

// What a run in CI stands or falls by.
function gateOf({ failOn }: Options): (comparisons: readonly ExperimentComparison[]) => void {
  const failing = failingOn(failOn, VERDICTS);
  return (comparisons) => {
    const failed = comparisons.flatMap(verdictsOf).filter(({ verdict }) => failing.includes(verdict));
    for (const { about, verdict } of failed) warn(`${about} is ${verdict}.`);
    const nothing = failing.length > 0 ? uncompared(comparisons) : [];
    for (const about of nothing) warn(`Nothing could be compared${about}: a gate does not let that through.`);
    if (failed.length > 0 || nothing.length > 0) process.exitCode = 1;
  };
}

// Treatments without a primary metric that both arms have; the only one is not named where there is not even a treatment.
function uncompared(comparisons: readonly ExperimentComparison[]): string[] {
  const treatments = comparisons.flatMap(({ comparisons: own }) => own);
  if (treatments.length === 0) return [''];
  return treatments
    .filter(({ metrics }) => !Object.values(metrics).some((own) => own.role === 'primary' && own.estimate !== null))
    .map(({ name }) => ` of ${name}`);
}

async function chosenIds(
  opened: OpenedStore,
  wanted: readonly string[],
  { study, failOn }: Options,
): Promise<string[]> {
  const named = await besideFailOn({ failOn, wanted, known: VERDICTS }, () => selectedIds(opened, wanted, study));
  if (named) return named;
  wantsAllExperiments();
  const states = await opened.store.list();
  if (new Set(states.map((state) => state.study)).size <= 1) return states.map(({ id }) => id);
  throw new CrucibleError('invalid_argument', 'Nothing says what to compare.', {
    hint: 'Name two experiments or more, or --study.',
  });
}
