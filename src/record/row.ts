import { ROLE_COUNT, ROLE_KINDS, RoleKind } from './roles.ts';

/**
 * The fields of one event while it is being recorded. One row is used for all events of a writer, because a new object for
 * each would be most of the cost: only what an event assigns is cleared again.
 */
export class Row {
  /** Numbers by role; 0 and 1 for flags. Valid where `has` says so. */
  readonly numbers: Float64Array = new Float64Array(ROLE_COUNT);
  /** Texts by role. Valid where `has` says so. */
  readonly texts: string[] = new Array(ROLE_COUNT).fill('');
  /** Roles assigned by this event, in order; the first `count` are valid. */
  readonly assigned: Uint8Array = new Uint8Array(ROLE_COUNT);
  count = 0;
  eventName = '';
  category: string | null = null;
  timestamp = 0;
  /** Whether the event is one of the experiment's requests, whose numbers make the headline. */
  request = false;
  readonly #nanoseconds = new Map<number, bigint>();
  readonly #ranks: Uint8Array = new Uint8Array(ROLE_COUNT);

  has(role: number): boolean {
    return this.#ranks[role] !== 0;
  }

  setNumber(role: number, value: number, rank = 0): void {
    if (this.#claim(role, rank)) this.numbers[role] = value;
  }

  setText(role: number, text: string, rank = 0): void {
    if (this.#claim(role, rank)) this.texts[role] = text;
  }

  /** Takes a value for a role if its type fits and no better source has filled it. Rank −1 is an explicit value: it wins. */
  set(role: number, value: unknown, rank = 0): void {
    switch (ROLE_KINDS[role]) {
      case RoleKind.TEXT:
        if (typeof value === 'string') this.setText(role, value, rank);
        else if (typeof value === 'number' || typeof value === 'bigint') this.setText(role, String(value), rank);
        break;
      case RoleKind.FLAG:
        if (typeof value === 'boolean') this.setNumber(role, value ? 1 : 0, rank);
        else if (value === 1 || value === 0) this.setNumber(role, value, rank);
        break;
      case RoleKind.NUMBER:
        if (typeof value === 'number') this.setNumber(role, value, rank);
        else if (typeof value === 'bigint') this.setNumber(role, Number(value), rank);
        break;
      case RoleKind.INTEGER: {
        const whole = typeof value === 'bigint' ? Number(value) : value;
        if (Number.isSafeInteger(whole)) this.setNumber(role, (whole as number) + 0, rank);
      }
    }
  }

  /** The rank of the source that filled a role; −2 when none did. */
  rankOf(role: number): number {
    return this.#ranks[role]! - 2;
  }

  /** Whether the value of a role was given to the recorder, not found in the event. */
  isExplicit(role: number): boolean {
    return this.#ranks[role] === 1;
  }

  /** Keeps a moment in nanoseconds as it is: since the epoch it has more digits than a number. */
  setNanoseconds(role: number, nanoseconds: bigint): void {
    this.#nanoseconds.set(role, nanoseconds);
  }

  /** Milliseconds from one role's moment to another's, exact to the nanosecond where both were bigints. */
  millisecondsBetween(from: number, to: number): number {
    const start = this.#nanoseconds.get(from);
    const stop = this.#nanoseconds.get(to);
    if (start !== undefined && stop !== undefined) return Number(stop - start) / 1e6;
    return this.numbers[to]! - this.numbers[from]!;
  }

  unset(role: number): void {
    if (!this.has(role)) return;
    this.#ranks[role] = 0;
    let kept = 0;
    for (let i = 0; i < this.count; i++) if (this.assigned[i] !== role) this.assigned[kept++] = this.assigned[i]!;
    this.count = kept;
  }

  clear(): void {
    for (let i = 0; i < this.count; i++) this.#ranks[this.assigned[i]!] = 0;
    this.count = 0;
    this.request = false;
    if (this.#nanoseconds.size > 0) this.#nanoseconds.clear();
  }

  #claim(role: number, rank: number): boolean {
    const holder = this.#ranks[role]!;
    if (holder === 0) this.assigned[this.count++] = role;
    else if (holder <= rank + 2) return false;
    this.#ranks[role] = rank + 2;
    return true;
  }
}
