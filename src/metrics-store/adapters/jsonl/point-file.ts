import type { MetricPoint, MetricsRejects } from '../../metrics-store.ts';
import { pointFromLine } from '../../point-line.ts';
import { readLines } from './line-reader.ts';

const BLANK = /^[ \t\r]*$/;

/** What one reading of one or more files skipped. */
export class SkippedLines implements Omit<MetricsRejects, 'refused'> {
  torn = 0;
  damaged = 0;
  /** Where the first of them is. */
  first: { readonly path: string; readonly line: number } | undefined;
}

/** The points in a file, in its order. Lines that are none are added to `skipped`. Throws `path_unreadable`. */
export async function* readPoints(path: string, skipped: SkippedLines): AsyncGenerator<MetricPoint> {
  let line = 0;
  for await (const { lines, terminated } of readLines(path)) {
    for (const text of lines) {
      line++;
      const point = text === null ? null : pointFromLine(text);
      if (point) {
        yield point;
      } else if (text === null || !BLANK.test(text)) {
        skipped.first ??= { path, line };
        skipped[terminated ? 'damaged' : 'torn']++;
      }
    }
  }
}

/** What to tell the operator of it; undefined when nothing was skipped. */
export function skippedMessage({ torn, damaged, first }: SkippedLines): string | undefined {
  return (
    first &&
    `${first.path}: skipped ${damaged} damaged and ${torn} unfinished line(s), the first of them line ${first.line}. ` +
      'The other points were read; the count is in `rejects`.'
  );
}
