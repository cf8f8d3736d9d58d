import { styleText } from 'node:util';
import { cleanLines } from './text-width.ts';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how they begin.
const OWN_SEQUENCES = /(\u001b\[(?:1|2|22|31|32|33|36|39)m)/;

let allowed = true;

/** Turns colour off for good, or back on where the stream can show it. */
export function useColor(on: boolean): void {
  allowed = on;
}

/** Text in a style, where the stream is a terminal that shows colours and nobody has asked for none (`NO_COLOR`, `TERM=dumb`). */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return allowed && showsColor(stream) ? styleText(style, text) : text;
}

/**
 * A text as it may go to a terminal: names and messages come from files that anybody may have written, so the only escape
 * sequences that are left are those of `paint`, and these only where it uses them.
 */
export function safeText(text: string, stream: NodeJS.WriteStream): string {
  if (!(allowed && showsColor(stream))) return cleanLines(text);
  return text
    .split(OWN_SEQUENCES)
    .map((part, i) => (i % 2 === 1 ? part : cleanLines(part)))
    .join('');
}

function showsColor(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY === true && TERM !== 'dumb';
}
