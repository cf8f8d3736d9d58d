import type { ObservedStatus } from '../../lab/observed-status.ts';
import { paint } from './style.ts';

const STYLES = {
  running: 'green',
  paused: 'yellow',
  idle: 'yellow',
  crashed: 'red',
  stopped: undefined,
  archived: 'dim',
} as const;

/** A text in the colour of a status. */
export function paintStatus(text: string, status: ObservedStatus): string {
  const style = STYLES[status];
  return style ? paint(style, text) : text;
}
