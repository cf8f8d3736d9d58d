const TURN_MS = 15;

/** Keeps long work from holding up the event loop: work on while `due` is false, else await `turn`. */
export class Pacer {
  #since = performance.now();

  get due(): boolean {
    return performance.now() - this.#since > TURN_MS;
  }

  /** Lets everything else that waits have its turn. */
  async turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
