/** The name of a segment without its ending: its writer and its number among that writer's segments. */
export interface SegmentName {
  readonly writer: string;
  readonly number: number;
}

const PATTERN = /^(.+)-(\d{8,})\.(jsonl|parquet)$/;

/** `<writer>-00000000`: the segments of a writer sort by name. */
export function segmentStem({ writer, number }: SegmentName): string {
  return `${writer}-${String(number).padStart(8, '0')}`;
}

/** What a file name of an events folder says; undefined for any other file. */
export function parseSegmentName(file: string): (SegmentName & { readonly sealed: boolean }) | undefined {
  const match = PATTERN.exec(file);
  if (!match) return undefined;
  return { writer: match[1]!, number: Number(match[2]), sealed: match[3] === 'parquet' };
}
