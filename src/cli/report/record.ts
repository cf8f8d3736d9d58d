import { dollars, figure, milliseconds } from '../../core/figures.ts';
import type { EventRecord } from '../../record/event-record.ts';
import { printLine } from '../terminal/output.ts';
import { paint } from '../terminal/style.ts';
import { terminalWidth } from '../terminal/table.ts';
import { cleanText, shorten, textWidth } from '../terminal/text-width.ts';

const SHORTEST_NAMES = 20;

/** Returns what prints a record as one line: when, what, how it ended, and whatever numbers it has. */
export function recordPrinter(): (record: EventRecord) => Promise<void> {
  // Nobody knows which names will come: the column grows with them.
  let columns = SHORTEST_NAMES;
  return (record) => {
    columns = Math.max(columns, textWidth(cleanText(record.event_name)));
    return printRecord(record, columns);
  };
}

async function printRecord(record: EventRecord, columns: number): Promise<void> {
  const time = new Date(record.timestamp / 1000).toISOString().slice(11, 23);
  const name = cleanText(record.event_name);
  const rest = shorten(cleanText(details(record).join('  ')), Math.max(8, terminalWidth() - columns - 22));
  await printLine(`${paint('dim', time)}  ${outcome(record.success)}  ${name.padEnd(columns)}  ${rest}`.trimEnd());
}

function outcome(success: boolean | null): string {
  if (success === null) return '    ';
  return success ? paint('green', 'ok  ') : paint('red', 'FAIL');
}

function details(record: EventRecord): string[] {
  const { measurements, metadata } = record;
  const score = measurements.score;
  const pairs: (string | undefined)[] = [
    record.latency_ms === null ? undefined : milliseconds(record.latency_ms),
    record.cost_usd === null ? undefined : dollars(record.cost_usd),
    record.model ?? record.model_name ?? undefined,
    typeof score === 'number' ? `${String(metadata.name ?? 'score')} ${figure(score)}` : undefined,
    ...(['epoch', 'step', 'loss', 'accuracy'] as const).map((field) =>
      record[field] === null ? undefined : `${field} ${figure(record[field])}`,
    ),
    record.sample_id === null ? undefined : `sample ${record.sample_id}`,
    record.replicate === null || record.replicate === record.experiment_id ? undefined : record.replicate,
  ];
  return pairs.filter((pair) => pair !== undefined);
}
