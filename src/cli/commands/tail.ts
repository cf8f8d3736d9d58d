import type { Command } from 'commander';
import type { WatchedAnomaly } from '../../analysis/anomalies/anomaly-watch.ts';
import { CrucibleError, show } from '../../core/errors.ts';
import { signed } from '../../core/figures.ts';
import type { Experiment } from '../../lab/experiment.ts';
import { follow } from '../../lab/following.ts';
import type { EventRecord } from '../../record/event-record.ts';
import { recordToLine } from '../../record/record-line.ts';
import type { StoreTail } from '../../stores/store.ts';
import { recordPrinter } from '../report/record.ts';
import { findExperiment, type OpenedStore, withStore } from '../store-access.ts';
import { printJsonText, printLine, say } from '../terminal/output.ts';

interface Options {
  readonly lines: string;
  readonly follow: boolean;
  readonly event?: readonly string[];
  readonly anomalies?: boolean;
  readonly json?: boolean;
}

const MOST_NAMES = 12;

export function define(command: Command): void {
  command
    .argument('[experiment]', 'id, beginning of an id, or name (default: the one that began last)')
    .description(
      'Prints the last events of an experiment and then those that come, by whichever process, until it stops.',
    )
    .option('-n, --lines <number>', 'how many of the last events to begin with', '10')
    .option('--no-follow', 'end after those')
    .option('--event <names...>', 'only events of these names')
    .option('--anomalies', 'only latencies far from those of their operation before them, as they come')
    .option('--json', 'print one record a line, as in an export')
    .addHelpText(
      'after',
      '\nExamples:\n  $ crucible tail\n  $ crucible tail my_run --event req_llm.request.exception\n  $ crucible tail my_run --anomalies\n  $ crucible tail my_run -n 0 --json | jq .latency_ms',
    )
    .action((wanted: string | undefined, options: Options) =>
      withStore(command, async (opened) => {
        if (options.anomalies && !options.follow) throw watchesNothing();
        const experiment = await findExperiment(opened, wanted ?? (await latest(opened)));
        if (options.anomalies) return printAnomalies(opened, experiment, options);
        const tail = await opened.store.tail(experiment.id);
        try {
          const names = options.event && new Set(options.event);
          const print = options.json ? (record: EventRecord) => printJsonText(recordToLine(record)) : recordPrinter();
          const printed = await printLast(experiment, tail, lineCount(options.lines), names, print);
          if (names && printed === 0) await sayUnmet(opened, experiment, names);
          if (options.follow) await printNew(opened, experiment, tail, names, print);
        } finally {
          tail.close();
        }
      }),
    );
}

type Names = ReadonlySet<string> | undefined;
type Print = (record: EventRecord) => Promise<void>;

async function printLast(
  experiment: Experiment,
  tail: StoreTail,
  n: number,
  names: Names,
  print: Print,
): Promise<number> {
  if (n === 0) return 0;
  const last = await experiment.queryWindow({ lastN: n }, names ? { event_name: { in: [...names] } } : undefined);
  // What came while the tail was opened comes from it.
  for (const record of last) if (tail.hasPassed(record.writer_id, record.sequence)) await print(record);
  return last.length;
}

// A name that was mistyped would wait for ever.
async function sayUnmet({ store }: OpenedStore, { id }: Experiment, names: ReadonlySet<string>): Promise<void> {
  const found = new Set<string>();
  for await (const batch of store.scan(id, { fields: [] }))
    for (let row = 0; row < batch.rows; row++) found.add(batch.eventName(row));
  const unmet = [...names].filter((name) => !found.has(name));
  if (unmet.length === 0) return;
  const shown = [...found].sort().slice(0, MOST_NAMES).join(', ');
  const there = found.size === 0 ? 'no event at all' : `${shown}${found.size > MOST_NAMES ? ' and others' : ''}`;
  say(`No event ${unmet.map(show).join(' or ')} has come so far; there is ${there}.`);
}

async function printNew(
  { store }: OpenedStore,
  { id, name }: Experiment,
  tail: StoreTail,
  names: Names,
  print: Print,
): Promise<void> {
  for await (const came of follow(store, id, tail)) {
    if (came.kind === 'ended')
      say(came.as === 'deleted' ? `${name} (${id}) was deleted.` : `${name} (${id}) is ${came.as}.`);
    else if (came.kind === 'waiting') say(`Nobody writes to ${name} (${id}) now; Ctrl-C ends the waiting.`);
    else {
      for (let row = came.from; row < came.to; row++) {
        if (!names || names.has(came.batch.eventName(row))) await print(came.batch.record(row));
      }
    }
  }
}

async function printAnomalies({ store }: OpenedStore, experiment: Experiment, options: Options): Promise<void> {
  const { id, name } = experiment;
  const where = options.event && { event_name: { in: options.event } };
  const print = options.json
    ? ({ record }: WatchedAnomaly) => printJsonText(recordToLine(record))
    : anomalyPrinter(recordPrinter());
  for await (const anomaly of experiment.watchAnomalies({ ...(where && { where }) })) await print(anomaly);
  const status = (await store.load(id))?.status;
  say(status === undefined ? `${name} (${id}) was deleted.` : `${name} (${id}) is ${status}.`);
}

function anomalyPrinter(print: Print): (anomaly: WatchedAnomaly) => Promise<void> {
  return async ({ record, score }) => {
    await print(record);
    await printLine(`  ${signed(score)} spreads from the values before it`);
  };
}

function watchesNothing(): CrucibleError {
  return new CrucibleError('invalid_argument', '--anomalies and --no-follow contradict each other.', {
    hint: 'Anomalies are told as they come; those that are there already are in experiment.anomalies().',
  });
}

async function latest({ store, dir }: OpenedStore): Promise<string> {
  const state = (await store.list()).at(-1);
  if (state) return state.id;
  throw new CrucibleError('experiment_not_found', `There is no experiment in ${dir}.`, {
    hint: '--dir or CRUCIBLE_DIR names another folder.',
  });
}

function lineCount(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new CrucibleError('invalid_argument', `--lines is ${show(text)}.`, { hint: 'Give a whole number, 0 or more.' });
}
