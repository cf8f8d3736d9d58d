import type { Command } from 'commander';
import { CrucibleError, show } from '../../core/errors.ts';
import type { Experiment } from '../../lab/experiment.ts';
import type { EventRecord } from '../../record/event-record.ts';
import { recordToLine } from '../../record/record-line.ts';
import type { ExperimentTail, LocalStore } from '../../stores/local/index.ts';
import { recordPrinter } from '../report/record.ts';
import { findExperiment, type OpenedStore, withStore } from '../store-access.ts';
import { printJsonText, say } from '../terminal/output.ts';

interface Options {
  readonly lines: string;
  readonly follow: boolean;
  readonly event?: readonly string[];
  readonly json?: boolean;
}

const LOOK_EVERY_MS = 200;
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
    .option('--json', 'print one record a line, as in an export')
    .addHelpText(
      'after',
      '\nExamples:\n  $ crucible tail\n  $ crucible tail my_run --event req_llm.request.exception\n  $ crucible tail my_run -n 0 --json | jq .latency_ms',
    )
    .action((wanted: string | undefined, options: Options) =>
      withStore(command, async (opened) => {
        const { ExperimentTail } = await import('../../stores/local/index.ts');
        const experiment = await findExperiment(opened, wanted ?? (await latest(opened)));
        const tail = await ExperimentTail.open(opened.dir, experiment.state);
        try {
          const names = options.event && new Set(options.event);
          const print = options.json ? (record: EventRecord) => printJsonText(recordToLine(record)) : recordPrinter();
          const printed = await printLast(experiment, tail, lineCount(options.lines), names, print);
          if (names && printed === 0) await sayUnmet(opened, experiment, names);
          if (options.follow) await follow(opened, experiment, tail, names, print);
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
  tail: ExperimentTail,
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

async function follow(
  { store }: OpenedStore,
  { id, name }: Experiment,
  tail: ExperimentTail,
  names: Names,
  print: Print,
): Promise<void> {
  let waits = false;
  for (;;) {
    // Looked at before the reading, so that nothing can come after the last of it.
    const state = await store.load(id);
    const open = state !== undefined && (await isBeingWritten(store, id));
    for await (const batch of tail.read()) {
      for (let row = 0; row < batch.rows; row++) {
        if (!names || names.has(batch.eventName(row))) await print(batch.record(row));
      }
    }
    if (!state) return say(`${name} (${id}) was deleted.`);
    if (!open && (state.status === 'stopped' || state.status === 'archived'))
      return say(`${name} (${id}) is ${state.status}.`);
    if (!open && !waits) say(`Nobody writes to ${name} (${id}) now; Ctrl-C ends the waiting.`);
    waits = !open;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function isBeingWritten(store: LocalStore, id: string): Promise<boolean> {
  try {
    return (await store.writers(id)).some(({ status }) => status === 'open');
  } catch (error) {
    // Deleted since it was looked at.
    if (error instanceof CrucibleError && error.code === 'experiment_not_found') return false;
    throw error;
  }
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
  throw new CrucibleError('invalid_argument', `--lines is ${show(text)}.`, { hint: 'Give a whole number.' });
}
