import { createHmac } from 'node:crypto';
import { withinEdits } from '../core/edit-distance.ts';
import { CrucibleError, show } from '../core/errors.ts';
import type { FieldDefinition } from '../events/definition.ts';
import { eventInfo, eventsByCategory } from '../events/registry.ts';
import { fieldIndex } from '../record/fields.ts';
import { parsePath, pathName, type RecordPath } from '../record/path.ts';
import type { RecordEdit, ValueEdit } from '../record/record-edit.ts';
import { NEVER_NULL } from '../record/record-schema.ts';
import { roleOf } from '../record/roles.ts';
import { isPlainObject, setOwn } from '../record/snapshot.ts';

/** How to make a file that may be shown to others. */
export interface AnonymizeOptions {
  /**
   * Secret of the pseudonyms. The same user has the same pseudonym in every file made with the same key, and nobody without it
   * can tell whose it is. Take a long random text and keep it: whoever has it can try out ids.
   */
  readonly key: string;
  /**
   * What to leave out: a field (`model`, with the nested values that it may be filled from) or a nested path with everything
   * below it (`metadata.response`, `metadata.messages.*.content`, where `*` stands for any key or list position). A path
   * leaves a field alone that was filled from it. A path that no record and no registered event has makes the export fail:
   * mistyped, it would leave in the file what was to stay secret. Default: nothing.
   */
  readonly drop?: readonly string[];
}

const PSEUDONYM_DIGITS = 32;
const MAX_REMEMBERED = 10_000;
const MAX_NAMES = 1000;
const IDENTITY_FIELDS = new Set(['user_id', 'session_id'].map(fieldIndex));
const IDENTITY_KEYS = new Set(['user_id', 'userId', 'session_id', 'sessionId', 'user.id', 'session.id', 'enduser.id']);
const CATEGORIES = Object.keys(eventsByCategory());
const IDENTITY_OWNERS = new Set(['user', 'session', 'enduser']);

/**
 * Replaces ids of users and sessions by pseudonyms, HMAC-SHA256 of the id in 32 hexadecimal digits, and drops what is named.
 * Ids are the fields `user_id` and `session_id` and whatever lies under keys of that name (`userId`, `user.id`, `user: { id }`
 * and so on) in measurements and metadata, in lists too. Other values stay: drop texts that may name a person.
 *
 * @throws `invalid_argument` for options that are not of that form, `unknown_field` for a name that is no field or path.
 */
export function anonymizer(options: AnonymizeOptions): Anonymizer {
  checkOptions(options);
  return new Anonymizer(options.key, options.drop ?? []);
}

export class Anonymizer implements RecordEdit {
  readonly #key: string;
  readonly #pseudonyms = new Map<string, string>();
  // By path object: the columns of a schema come again with each batch.
  readonly #decided = new WeakMap<RecordPath, ValueEdit | null>();
  readonly #droppedFields = new Set<number>();
  readonly #droppedPaths: RecordPath[] = [];
  readonly #met = new Set<RecordPath>();
  readonly #names = new Set<string>();
  readonly #pseudonymize: ValueEdit = (value) => this.#hidden(value);

  constructor(key: string, drop: readonly string[]) {
    this.#key = key;
    for (const name of drop) this.#addDropped(name);
  }

  field(index: number): ValueEdit | undefined {
    if (this.#droppedFields.has(index)) return remove;
    return IDENTITY_FIELDS.has(index) ? this.#pseudonymize : undefined;
  }

  nested(path: RecordPath): ValueEdit | undefined {
    let edit = this.#decided.get(path);
    if (edit === undefined) {
      if (this.#names.size < MAX_NAMES) this.#names.add(pathName(path));
      edit = this.#decide(path) ?? null;
      this.#decided.set(path, edit);
    }
    return edit ?? undefined;
  }

  inside(path: RecordPath, value: object): unknown {
    if (Array.isArray(value)) {
      return value.map((item, i) => this.#below({ root: path.root, keys: [...path.keys, String(i)] }, item) ?? null);
    }
    const result: Record<string, unknown> = {};
    for (const [key, property] of Object.entries(value)) {
      const kept = this.#below({ root: path.root, keys: [...path.keys, key] }, property);
      if (kept !== undefined) setOwn(result, key, kept);
    }
    return result;
  }

  /** Throws `unknown_field` when some path to drop was met in no record that went through. */
  requireAllMet(): void {
    const met = [...this.#met];
    const missing = this.#droppedPaths.find(
      (path) => !isDocumented(path) && !met.some((found) => found === path || leadsTo(found, path)),
    );
    if (!missing) return;
    const name = pathName(missing);
    const near = nearest(name, this.#names);
    throw new CrucibleError('unknown_field', `anonymize.drop names ${show(name)}, which no record has.`, {
      hint: `${near === undefined ? 'Give the path as a column of an export is called.' : `Did you mean ${near}?`} Nothing was written.`,
    });
  }

  #below(path: RecordPath, value: unknown): unknown {
    const change = this.#decide(path);
    if (change) return change(value);
    return typeof value === 'object' && value !== null ? this.inside(path, value) : value;
  }

  #addDropped(name: string): void {
    if (name === 'measurements' || name === 'metadata') {
      this.#droppedPaths.push({ root: name, keys: [] });
      return;
    }
    const path = parsePath(name);
    if (path) {
      this.#droppedPaths.push(path);
      return;
    }
    const index = fieldIndex(name);
    if (index < 0 || NEVER_NULL.has(name)) {
      throw new CrucibleError(
        index < 0 ? 'unknown_field' : 'invalid_argument',
        `anonymize.drop names ${show(name)}, which ${index < 0 ? 'is no field of a record' : 'every record needs'}.`,
        { hint: 'Give a field such as model, or a path such as metadata.response.' },
      );
    }
    this.#droppedFields.add(index);
  }

  #decide(path: RecordPath): ValueEdit | undefined {
    if (this.#drops(path)) return remove;
    return namesIdentity(path.keys) ? this.#pseudonymize : undefined;
  }

  #drops(path: RecordPath): boolean {
    const leading = this.#droppedPaths.filter((dropped) => leadsTo(dropped, path));
    for (const dropped of leading) this.#met.add(dropped);
    return leading.length > 0 || this.#fillsDropped(path);
  }

  #fillsDropped(path: RecordPath): boolean {
    return (
      this.#droppedFields.size > 0 &&
      path.keys.some((_, i) => this.#fills({ root: path.root, keys: path.keys.slice(0, i + 1) }))
    );
  }

  // Whether a dropped field may be filled from there, in an event of any category.
  #fills(path: RecordPath): boolean {
    const name = pathName(path);
    return CATEGORIES.some((category) => this.#droppedFields.has(roleOf(name, category)?.id ?? -1));
  }

  #hidden(value: unknown): unknown {
    if (typeof value === 'string') return this.#pseudonym(value);
    if (typeof value === 'number' || typeof value === 'bigint') return this.#pseudonym(String(value));
    if (Array.isArray(value)) return value.map(this.#pseudonymize);
    if (typeof value !== 'object' || value === null) return value;
    const result: Record<string, unknown> = {};
    for (const [key, property] of Object.entries(value)) setOwn(result, key, this.#hidden(property));
    return result;
  }

  #pseudonym(id: string): string {
    let pseudonym = this.#pseudonyms.get(id);
    if (pseudonym === undefined) {
      pseudonym = createHmac('sha256', this.#key).update(id, 'utf8').digest('hex').slice(0, PSEUDONYM_DIGITS);
      if (this.#pseudonyms.size >= MAX_REMEMBERED) this.#pseudonyms.clear();
      this.#pseudonyms.set(id, pseudonym);
    }
    return pseudonym;
  }
}

const remove: ValueEdit = () => undefined;

// Whether some registered event has it, such as the stack trace of a failure: then it is not mistyped where nothing has failed.
function isDocumented({ root, keys }: RecordPath): boolean {
  const [first, ...below] = keys;
  if (first === undefined) return true;
  return Object.values(eventsByCategory())
    .flat()
    .some((name) => {
      let field: FieldDefinition | undefined = eventInfo(name)?.fields[root][first];
      for (const key of field ? below : []) {
        if (!field?.fields) break;
        field = field.fields[key];
      }
      return field !== undefined;
    });
}

// The name that differs least, and by no more than a third of its letters.
function nearest(wanted: string, names: ReadonlySet<string>): string | undefined {
  for (let limit = 1; limit <= wanted.length / 3; limit++) {
    for (const name of names) if (withinEdits(wanted, name, limit)) return name;
  }
  return undefined;
}

function leadsTo({ root, keys }: RecordPath, path: RecordPath): boolean {
  return (
    root === path.root && keys.length <= path.keys.length && keys.every((key, i) => key === '*' || key === path.keys[i])
  );
}

function namesIdentity(keys: readonly string[]): boolean {
  return keys.some((key, i) => IDENTITY_KEYS.has(key) || (key === 'id' && i > 0 && IDENTITY_OWNERS.has(keys[i - 1]!)));
}

function checkOptions(options: AnonymizeOptions): void {
  const refuse = (what: string) =>
    new CrucibleError('invalid_argument', what, {
      hint: "Give it as { key: 'a long secret', drop: ['metadata.response'] }.",
    });
  if (typeof options !== 'object' || options === null || !isPlainObject(options))
    throw refuse('anonymize is not an object.');
  // A misspelt option would leave in the file what was meant to go.
  const unknown = Object.keys(options).find((option) => option !== 'key' && option !== 'drop');
  if (unknown !== undefined) throw refuse(`anonymize has no option ${show(unknown)}.`);
  if (typeof options.key !== 'string' || options.key === '') throw refuse('anonymize.key is no text or empty.');
  const { drop } = options;
  if (drop !== undefined && !(Array.isArray(drop) && drop.every((name) => typeof name === 'string'))) {
    throw refuse(`anonymize.drop is ${show(drop)}.`);
  }
}
