import { MAX_COLUMN_KEYS } from './schema.ts';

/** Where one key of an event's measurements or metadata goes. */
export interface Binding {
  /** The key as the event spells it; the last of `keys` is how it is stored. */
  readonly key: string;
  readonly root: 'measurements' | 'metadata';
  readonly keys: readonly string[];
  /** Index of the column; −1 when the schema has no room for more. */
  readonly column: number;
  /** Role of the value, or −1. */
  readonly role: number;
  readonly rank: number;
  readonly redacted: boolean;
  /** The key it is stored under when the event spells it otherwise and does not say that one too. */
  readonly alias: string | undefined;
  /** Whether the key holds half a character, and is stored with U+FFFD in its place, as in JSON. */
  readonly mended: boolean;
  /** Whether numbers and short strings go to the column as they are. */
  readonly direct: boolean;
  /** The keys below, once a plain object was seen here. */
  level: Level | undefined;
  /** The binding that followed this one last time: the guess that makes most look-ups a comparison. */
  next: Binding | undefined;
}

/** The keys of one plain object in the events of one name. */
export interface Level {
  readonly root: 'measurements' | 'metadata';
  readonly keys: readonly string[];
  readonly bindings: Map<string, Binding>;
  first: Binding | undefined;
}

/** What is known of the events of one name. */
export interface EventShape {
  readonly name: string;
  readonly category: string | null;
  readonly request: boolean;
  readonly measurements: Level;
  readonly metadata: Level;
}

export function newLevel(root: 'measurements' | 'metadata', keys: readonly string[]): Level {
  return { root, keys, bindings: new Map(), first: undefined };
}

/** Whether an object there is taken apart, and not kept as one value. */
export function canNest(binding: Binding): boolean {
  return binding.keys.length < MAX_COLUMN_KEYS;
}
