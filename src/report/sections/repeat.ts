import { count, NONE } from '../../core/figures.ts';
import type { ReportData } from '../data/report-data.ts';
import { type Block, heading, paragraph } from '../document/block.ts';
import type { Software } from './software.ts';
import { treatmentsOf } from './treatments.ts';

/** Seeds, versions and the call that gives the same numbers again. */
export function repeat(data: ReportData, { version, node, platform }: Software): Block[] {
  const { comparison, experiments, options, cost_sources } = data;
  const drawn = treatmentsOf(data).flatMap(({ metrics }) => metrics.flatMap(({ resamples }) => resamples ?? []));
  const pairs: [string, string][] = [
    ['Seed', comparison && drawn.length > 0 ? String(comparison.seed) : 'nothing was drawn at random'],
    ...(drawn.length > 0 ? [['Resamples', count(drawn[0])] as [string, string]] : []),
    ['crucible-telemetry', version],
    ['Node.js', `${node}, ${platform}`],
    ['Costs from', cost_sources.length === 0 ? NONE : cost_sources.join(', ')],
    ['Experiments', experiments.map(({ state }) => state.id).join(', ')],
  ];
  return [
    heading(2, 'How to repeat it'),
    { kind: 'pairs', pairs },
    paragraph('The same records, options, seed and version give the same numbers.'),
    ...(comparison &&
    options.metrics?.some((metric) => typeof metric === 'object' && typeof metric.value === 'function')
      ? [paragraph('Where the call says that a function has to be supplied, supply the one that gave the values.')]
      : []),
    {
      kind: 'code',
      language: 'js',
      text: comparison ? call(data, options) : `await experiment.metrics(); // ${experiments[0]!.state.id}`,
    },
  ];
}

function call({ experiments, analysis }: ReportData, options: ReportData['options']): string {
  const ids = experiments.map(({ state }) => `  ${JSON.stringify(state.id)},`).join('\n');
  const given = JSON.stringify(
    options,
    (_, value: unknown) => (typeof value === 'function' ? 'a function that has to be supplied' : value),
    2,
  );
  return `await lab.${analysis ? 'analyze' : 'compare'}([\n${ids}\n]${given === '{}' ? '' : `, ${given}`});`;
}
