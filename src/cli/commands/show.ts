import type { Command } from 'commander';
import { bytes, count, moment, NONE, plural } from '../../core/figures.ts';
import type { Experiment } from '../../lab/experiment.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import { samplingText } from '../../stores/sampling-design.ts';
import { findExperiment, type OpenedStore, withStore } from '../store-access.ts';
import { printJson, say } from '../terminal/output.ts';
import { printPairs, printTitle } from '../terminal/pairs.ts';
import { paintStatus } from '../terminal/status.ts';
import { type Column, printTable } from '../terminal/table.ts';

type Shown = Awaited<ReturnType<typeof shown>>;
type Writer = Shown['writers'][number];

export function define(command: Command): void {
  command
    .argument('<experiment>', 'id, beginning of an id, or name')
    .description('Shows one experiment: what it is, how it stands, who writes to it, which files it has.')
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExamples:\n  $ crucible show exp-20261122T1015\n  $ crucible show my_run --json')
    .action((wanted: string, { json }: { json?: boolean }) =>
      withStore(command, async (opened) => {
        const result = await shown(opened, await findExperiment(opened, wanted));
        await (json ? printJson(result) : print(result));
      }),
    );
}

async function shown({ dir, store }: OpenedStore, experiment: Experiment) {
  const [{ experimentFolder, segmentFiles }, { observed }] = await Promise.all([
    import('../../stores/local/index.ts'),
    import('../../lab/observed-status.ts'),
  ]);
  const { id } = experiment;
  return {
    ...(await observed(store, experiment.state)),
    ledger: await experiment.ledgerAll(),
    folder: experimentFolder(dir, id),
    writers: await store.writers(id),
    segments: await segmentFiles(dir, id),
  };
}

async function print(found: Shown): Promise<void> {
  const { ledger, segments, phases } = found;
  const dropped = Object.entries(ledger.dropped).filter(([, number]) => number > 0);
  const sizes = (kind: 'live' | 'sealed') => {
    const files = segments.filter((segment) => segment.kind === kind);
    return files.length === 0
      ? undefined
      : `${plural(files.length, 'file')}, ${bytes(files.reduce((sum, file) => sum + file.bytes, 0))}`;
  };
  await printPairs([
    ['id', found.id],
    ['name', found.name],
    ['status', found.status],
    ['study', found.study ?? undefined],
    ['condition', found.condition ?? undefined],
    ['replicate', found.replicate === found.id ? undefined : found.replicate],
    ['hypothesis', statementOf(found)],
    ['tags', found.tags.length > 0 ? found.tags.join(', ') : undefined],
    ['metadata', Object.keys(found.metadata).length > 0 ? JSON.stringify(found.metadata) : undefined],
    ['collects', found.events === 'all' ? 'all events' : found.events.join(', ')],
    ['planned samples', found.sample_size === null ? undefined : count(found.sample_size)],
    ['sampling', found.sampling ? samplingText(found.sampling) : undefined],
    ['started', moment(found.started_at)],
    ['stopped', found.stopped_at === null ? undefined : moment(found.stopped_at)],
    ['archived', found.archived_at === null ? undefined : moment(found.archived_at)],
    ['phases', phases.length > 1 ? phases.map(phaseText).join(', ') : undefined],
    ['events', `${count(ledger.emitted)} emitted, ${count(ledger.stored)} stored`],
    [
      'sampled out',
      ledger.sampled_out > 0
        ? `${count(ledger.sampled_out)}${ledger.held ? `, of which ${count(ledger.held)} are held in a reservoir until it closes` : ''}`
        : undefined,
    ],
    ['dropped', dropped.length > 0 ? dropped.map(([why, n]) => `${count(n)} ${why}`).join(', ') : undefined],
    ['sealed segments', sizes('sealed')],
    [found.writers.some(({ status }) => status === 'open') ? 'live segments' : 'unsealed segments', sizes('live')],
    ['folder', found.folder],
  ]);
  if (found.writers.length === 0) return;
  await printTitle('Writers');
  await printTable(found.writers, WRITERS);
  if (found.status === 'crashed') say('It can go on: lab.resumeExperiment(id) adds a writer.');
}

function phaseText({ started_at, ended_at }: Shown['phases'][number]): string {
  return `${moment(started_at)} to ${ended_at === null ? 'now' : moment(ended_at)}`;
}

const WRITERS: readonly Column<Writer>[] = [
  { title: 'WRITER', value: ({ writer_id }) => writer_id, min: 6 },
  {
    title: 'STATUS',
    value: ({ status }) => status,
    paint: (text, { status }) =>
      paintStatus(text, status === 'closed' ? 'stopped' : status === 'open' ? 'running' : status),
  },
  { title: 'OPENED', value: ({ opened_at }) => moment(opened_at), keep: 1 },
  { title: 'LAST SEEN', value: ({ seen_at }) => moment(seen_at), keep: 2 },
  { title: 'STORED', value: ({ ledger }) => count(ledger.stored), align: 'right' },
  { title: 'DROPPED', value: ({ ledger }) => droppedText(ledger.dropped), align: 'right', keep: 3 },
];

function droppedText(dropped: Readonly<Record<string, number>>): string {
  const total = Object.values(dropped).reduce((sum, n) => sum + n, 0);
  return total === 0 ? NONE : count(total);
}

function statementOf({ plan, hypothesis }: Pick<ExperimentState, 'plan' | 'hypothesis'>): string | undefined {
  return plan?.statement ?? (typeof hypothesis === 'string' ? hypothesis : undefined);
}
