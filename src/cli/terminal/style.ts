import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

let allowed = true;

/** Turns colour off for good, or back on where the stream can show it. */
export function useColor(on: boolean): void {
  allowed = on;
}

/** Text in a style, where the stream is a terminal that shows colours and nobody has asked for none (`NO_COLOR`, `TERM=dumb`). */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return allowed && showsColor(stream) ? styleText(style, text) : text;
}

function showsColor(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY === true && TERM !== 'dumb';
}
