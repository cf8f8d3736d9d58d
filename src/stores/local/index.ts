export { type LocalStore, type LocalStoreOptions, localStore } from './local-store.ts';
export type { Durability } from './recording.ts';
