import { printLine } from './output.ts';
import { paint } from './style.ts';
import { terminalWidth } from './table.ts';
import { cleanText, wrapped } from './text-width.ts';

const SHORTEST = 12;

/** Prints names and what stands for them, one pair a line. Pairs whose value is undefined are left out. */
export async function printPairs(pairs: readonly (readonly [string, string | undefined])[]): Promise<void> {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  const room = Math.max(SHORTEST, terminalWidth() - width - 2);
  for (const [name, value] of shown) {
    const [first, ...rest] = wrapped(cleanText(value), room);
    await printLine(`${paint('bold', name.padEnd(width))}  ${first}`);
    for (const line of rest) await printLine(`${' '.repeat(width + 2)}${line}`);
  }
}

/** Prints the title of what follows. */
export async function printTitle(title: string): Promise<void> {
  await printLine();
  await printLine(paint('bold', cleanText(title)));
}
