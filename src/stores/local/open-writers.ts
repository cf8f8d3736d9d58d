import type { LocalWriter } from './local-writer.ts';

/** The writers of a store that are not closed, by experiment. */
export class OpenWriters {
  readonly #all = new Map<string, Set<LocalWriter>>();

  add(id: string, writer: LocalWriter): void {
    const writers = this.#all.get(id);
    if (writers) writers.add(writer);
    else this.#all.set(id, new Set([writer]));
  }

  delete(id: string, writer: LocalWriter): void {
    const writers = this.#all.get(id);
    if (writers?.delete(writer) && writers.size === 0) this.#all.delete(id);
  }

  of(id: string): LocalWriter[] {
    return [...(this.#all.get(id) ?? [])];
  }

  get ids(): string[] {
    return [...this.#all.keys()];
  }

  get all(): LocalWriter[] {
    return [...this.#all.values()].flatMap((writers) => [...writers]);
  }
}
