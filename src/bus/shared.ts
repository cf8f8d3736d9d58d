import { type Bus, createBus } from './bus.ts';

const KEY = Symbol.for('crucible-telemetry.bus.1');
const host = globalThis as unknown as Record<symbol, Bus | undefined>;

host[KEY] ??= createBus();

/** The process-wide bus. Copies of the package that are loaded side by side share it, found by a symbol. */
export const telemetry: Bus = host[KEY];
