import type { RecordPath } from './path.ts';

/** What becomes of a value; undefined when it is taken out. An absent value is given as undefined, and stays absent. */
export type ValueEdit = (value: unknown) => unknown;

/** Changes values on their way out of a batch, for those who write records elsewhere. */
export interface RecordEdit {
  /** For the values of a fixed field; undefined when they stay. */
  field(index: number): ValueEdit | undefined;
  /** For the values under a nested path and everything below it; undefined when they stay. */
  nested(path: RecordPath): ValueEdit | undefined;
  /** The same for a list or an object that is kept as one value: what lies inside it may have to change. */
  inside(path: RecordPath, value: object): unknown;
}
