/**
 * Where a curve stopped being finite for good, from values in any order: the earliest value that is not finite after the last
 * finite one. Of equal times the value that came later is the later. Memory is constant: when a finite value turns up among lost
 * ones that are known already, the place is that of the latest of them, not of the first after it.
 */
export class TrailingLoss<Time extends number | string, Place> {
  #kept: Time | undefined;
  #from: { time: Time; place: Place } | undefined;
  #until: { time: Time; place: Place } | undefined;

  /** A finite value was seen. */
  keep(time: Time): void {
    if (this.#kept === undefined || time > this.#kept) this.#kept = time;
    if (!this.#from || time < this.#from.time) return;
    if (time >= this.#until!.time) this.#until = undefined;
    this.#from = this.#until;
  }

  /** A value that is not finite was seen. */
  lose(time: Time, place: Place): void {
    if (this.#kept !== undefined && time < this.#kept) return;
    const lost = { time, place };
    if (!this.#from || time < this.#from.time) this.#from = lost;
    if (!this.#until || time >= this.#until.time) this.#until = lost;
  }

  /** Undefined where the newest value is finite, and without values. */
  get place(): Place | undefined {
    return this.#from?.place;
  }
}
