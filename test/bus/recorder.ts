import type { Bus } from '../../src/bus/bus.ts';
import type { ContextFrame } from '../../src/bus/context.ts';

export interface Seen {
  readonly name: string;
  readonly measurements: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly frame: ContextFrame | undefined;
}

/** Everything that is executed on the bus, seen through a tap. */
export function record(bus: Bus): Seen[] {
  const seen: Seen[] = [];
  bus.tap((event, measurements, metadata, frame) => {
    seen.push({ name: event.name, measurements: { ...measurements }, metadata: { ...metadata }, frame });
  });
  return seen;
}

export function names(seen: readonly Seen[]): string[] {
  return seen.map((event) => event.name);
}

/** The warnings of the process while `work` runs, as texts. */
export async function warningsOf(work: () => unknown): Promise<string[]> {
  const texts: string[] = [];
  const listen = (warning: Error) => texts.push(warning.message);
  process.on('warning', listen);
  await work();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  return texts;
}

export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
