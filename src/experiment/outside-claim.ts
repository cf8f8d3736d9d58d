/** A lab's part in an experiment, told when the experiment has its first run. */
export interface Claimant {
  refresh(): void;
}

/**
 * Who collects what is emitted outside all runs for one experiment on one bus. Several labs of a process may collect for the
 * same experiment: the first of them takes such an event, so that it is recorded once, and when it leaves the next one does. A
 * run in any of them is a run of the experiment.
 */
export class OutsideClaim {
  readonly #claimants: Claimant[] = [];
  readonly #abandoned: () => void;
  #hasRun = false;

  constructor(abandoned: () => void) {
    this.#abandoned = abandoned;
  }

  /** Whether the experiment has had a run here. */
  get hasRun(): boolean {
    return this.#hasRun;
  }

  /** Whether it is this lab that takes the events. */
  isHeldBy(claimant: Claimant): boolean {
    return this.#claimants[0] === claimant;
  }

  join(claimant: Claimant): void {
    this.#claimants.push(claimant);
  }

  leave(claimant: Claimant): void {
    const at = this.#claimants.indexOf(claimant);
    if (at >= 0) this.#claimants.splice(at, 1);
    if (this.#claimants.length === 0) this.#abandoned();
  }

  noteRun(): void {
    if (this.#hasRun) return;
    this.#hasRun = true;
    for (const claimant of this.#claimants) claimant.refresh();
  }
}

const claims = new WeakMap<object, WeakMap<object, Map<string, OutsideClaim>>>();

/** The claim on an experiment of a store, on a bus; a new one when no lab collects for it. */
export function outsideClaim(bus: object, store: object, experimentId: string): OutsideClaim {
  const stores = claims.get(bus) ?? new WeakMap<object, Map<string, OutsideClaim>>();
  claims.set(bus, stores);
  const ids = stores.get(store) ?? new Map<string, OutsideClaim>();
  stores.set(store, ids);
  const claim = ids.get(experimentId) ?? new OutsideClaim(() => ids.delete(experimentId));
  ids.set(experimentId, claim);
  return claim;
}
