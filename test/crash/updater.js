// Changes the definition of an experiment 200 times, one after the other:
//
//   node updater.js <store> <experiment> <tag>
import { localStore } from 'crucible-telemetry/stores/local';

const [dir, id, tag] = process.argv.slice(2);
const store = localStore({ dir });
for (let i = 0; i < 200; i++) await store.update(id, (state) => ({ ...state, tags: [...state.tags, `${tag}${i}`] }));
await store.close();
