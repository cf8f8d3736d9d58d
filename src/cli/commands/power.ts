import type { Command } from 'commander';
import { count, figure, NONE, percent, signed } from '../../core/figures.ts';
import type { Plan } from '../../stats/planning/plan.ts';
import { numberOf } from '../numbers.ts';
import { type DesignFlags, designOf, planned } from '../planning.ts';
import { printJson, printLine } from '../terminal/output.ts';
import { printPairs } from '../terminal/pairs.ts';

interface Options extends DesignFlags {
  readonly effect?: string;
  readonly n?: string;
  readonly power?: string;
  readonly alpha?: string;
  readonly alternative?: string;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<design>', 'means, paired-means, rates or paired-rates')
    .description(
      'Plans an experiment: how many samples an effect needs (--effect), which effect so many samples find (--n), or with what power they find it (both).',
    )
    .option(
      '--effect <number>',
      'the difference worth finding, treatment − baseline, in the unit of the values; of rates 0.05',
    )
    .option('--n <number>', 'samples in the first arm; of paired designs the number of pairs')
    .option('--power <number>', 'how often the effect is to be found (default: 0.8)')
    .option('--alpha <number>', 'how often one may be found where there is none (default: 0.05)')
    .option('--alternative <side>', 'two-sided, greater or less (default: two-sided)')
    .option(
      '--sd <number>',
      'means: standard deviation of the values, of each arm as 10,12; paired-means: of the differences',
    )
    .option('--repeats <number>', 'each sample is measured so often: --sd is then between samples; 5,5 for each arm')
    .option('--within <number>', 'with --repeats: standard deviation of the repeats of a sample, of each arm as 3,4')
    .option('--baseline <rate>', 'rates: the rate of the first arm, such as 0.8')
    .option('--discordant <share>', 'paired-rates: the share of pairs whose answers differ')
    .option('--ratio <number>', 'size of the second arm over that of the first (default: 1)')
    .option('--icc <number>', 'clusters: intraclass correlation, from 0 to 1')
    .option('--cluster-size <number>', 'clusters: samples in each')
    .option('--cluster-variation <number>', 'clusters: standard deviation of their sizes over the mean (default: 0)')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  $ crucible power rates --baseline 0.8 --effect 0.05\n  $ crucible power paired-means --sd 12 --n 200\n  $ crucible power means --sd 10 --effect 3 --icc 0.1 --cluster-size 20\n  $ crucible power paired-means --sd 0.2 --within 0.4 --repeats 5 --effect 0.05',
    )
    .action(async (kind: string, options: Options) => {
      const plan = planned(designOf(kind, options), {
        effect: numberOf('--effect', options.effect),
        n: numberOf('--n', options.n),
        power: numberOf('--power', options.power),
        alpha: numberOf('--alpha', options.alpha),
        alternative: options.alternative,
      });
      await (options.json ? printJson(plan) : print(plan, kind));
    });
}

async function print(plan: Plan, kind: string): Promise<void> {
  const arms = kind.startsWith('paired') ? ['pairs'] : ['first arm', 'second arm'];
  const each = (numbers: readonly number[] | null): string | undefined =>
    numbers?.map((n, i) => `${count(n)} ${arms[i]}`).join(', ');
  await printPairs([
    ['samples', each(plan.n) ?? NONE],
    ['clusters', clustersText(plan.n_clusters, kind)],
    ['effect', effectText(plan, kind)],
    ['power', percent(plan.power)],
    ['alpha', `${plan.alpha}, ${plan.alternative}`],
    ['design effect', plan.design_effect === 1 ? undefined : figure(plan.design_effect)],
    ['method', plan.method],
  ]);
  await printLine();
  for (const assumption of plan.assumptions) await printLine(assumption);
}

// Of rates that may go either way both are told: what is found upwards may be missed downwards.
function effectText({ effect, opposite_effect: fall }: Plan, kind: string): string {
  if (!kind.endsWith('rates')) return signed(effect);
  const points = (share: number | null) => (share === null ? NONE : `${signed(100 * share)} points`);
  return fall === null ? points(effect) : `${points(effect)} for a rise, ${points(fall)} for a fall`;
}

function clustersText(clusters: Plan['n_clusters'], kind: string): string | undefined {
  if (clusters === null) return undefined;
  if (kind.startsWith('paired')) return count(clusters[0]);
  return clusters.map((n, i) => `${count(n)} in the ${i === 0 ? 'first' : 'second'} arm`).join(', ');
}
