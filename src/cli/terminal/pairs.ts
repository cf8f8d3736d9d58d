import { printLine } from './output.ts';
import { paint } from './style.ts';
import { cleanText } from './text-width.ts';

/** Prints names and what stands for them, one pair a line. Pairs whose value is undefined are left out. */
export async function printPairs(pairs: readonly (readonly [string, string | undefined])[]): Promise<void> {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  for (const [name, value] of shown) await printLine(`${paint('bold', name.padEnd(width))}  ${cleanText(value)}`);
}

/** Prints the title of what follows. */
export async function printTitle(title: string): Promise<void> {
  await printLine();
  await printLine(paint('bold', cleanText(title)));
}
