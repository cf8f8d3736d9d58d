import { count, NONE } from '../../core/figures.ts';
import { samplingText } from '../../stores/sampling-design.ts';
import { causesText, sampleRatioText, warningTexts, worstText } from '../comparison/comparison-texts.ts';
import type { ReportData, ReportedExperiment } from '../data/report-data.ts';
import { type Block, heading, note, paragraph, type TableColumn } from '../document/block.ts';
import { treatmentsOf } from './treatments.ts';

/** What became of every event, what is missing and what to be careful about. */
export function dataQuality(data: ReportData): Block[] {
  const { comparison, experiments } = data;
  const unclean = experiments.filter(({ ledger, crashed_writers }) => ledger.unclean === true || crashed_writers > 0);
  const warnings = comparison ? warningTexts(comparison) : [];
  return [
    heading(2, 'Data quality'),
    ledgerTable(experiments),
    paragraph('For each experiment, emitted = stored + sampled out + dropped.'),
    ...(unclean.length === 0
      ? []
      : [
          note(
            `A writer of ${unclean.map(({ state }) => state.name).join(', ')} has crashed: its records were counted anew, and what it had not yet handed over is in no number.`,
          ),
        ]),
    ...missing(data),
    ...ratio(data),
    ...(warnings.length === 0
      ? [paragraph('There are no warnings.')]
      : [heading(3, 'Warnings'), { kind: 'list', items: warnings } as const]),
  ];
}

function ledgerTable(experiments: readonly ReportedExperiment[]): Block {
  const number = (title: string): TableColumn => ({ title, align: 'right' });
  return {
    kind: 'table',
    caption: 'Ledger: what became of every event',
    columns: [
      { title: 'Experiment' },
      { title: 'Arm' },
      { title: 'Replicate' },
      { title: 'Status' },
      number('Emitted'),
      number('Stored'),
      number('Sampled out'),
      number('Dropped'),
      { title: 'Why dropped' },
    ],
    rows: experiments.map(({ state, arm, status, ledger, crashed_writers }) => {
      const reasons = Object.entries(ledger.dropped).filter(([, n]) => n > 0);
      return [
        state.name,
        arm,
        state.replicate,
        crashed_writers > 0 && status !== 'crashed' ? `${status}, a writer crashed` : status,
        count(ledger.emitted),
        count(ledger.stored),
        state.sampling === null
          ? count(ledger.sampled_out)
          : `${count(ledger.sampled_out)} (${samplingText(state.sampling)})`,
        count(reasons.reduce((sum, [, n]) => sum + n, 0)),
        reasons.length === 0 ? NONE : reasons.map(([why, n]) => `${why} ${count(n)}`).join(', '),
      ];
    }),
  };
}

function missing(data: ReportData): Block[] {
  if (!data.comparison) return [];
  const rows = treatmentsOf(data).flatMap(({ label, metrics }) =>
    metrics
      .filter(({ missing: own }) => causesText(own.baseline) !== NONE || causesText(own.treatment) !== NONE)
      .map((compared) => ({ ...compared, worst: worstText(compared) }))
      .map(({ metric, missing: own, sensitivity, worst }) => [
        metric,
        label,
        causesText(own.baseline),
        causesText(own.treatment),
        worst,
        sensitivity?.could_flip == null ? NONE : sensitivity.could_flip ? 'yes' : 'no',
      ]),
  );
  if (rows.length === 0) return [paragraph('No item of a compared metric lacks its value.')];
  return [
    {
      kind: 'table',
      caption: 'Items without a value, by cause',
      columns: [
        { title: 'Metric' },
        { title: 'Arm' },
        { title: `Missing in ${data.arms[0]}` },
        { title: 'Missing in the arm' },
        { title: 'Estimate at worst', align: 'right' },
        { title: 'Could turn the verdict' },
      ],
      rows,
    },
  ];
}

function ratio({ comparison }: ReportData): Block[] {
  const found = comparison?.sample_ratio;
  if (!found) return [];
  const text = sampleRatioText(found);
  return [found.mismatch === true ? note(text) : paragraph(text)];
}
