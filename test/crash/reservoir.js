// A process that keeps 50 of the 2000 events it records, and then ends in the way that its argument says:
//
//   node reservoir.js <store> <way>
import { setTimeout } from 'node:timers/promises';
import { createBus, createCrucible } from 'crucible-telemetry';
import { localStore } from 'crucible-telemetry/stores/local';

const [dir, way] = process.argv.slice(2);
const store = localStore({ dir, ...(way === 'overflow drop' ? { overflow: 'drop' } : {}) });
const lab = createCrucible({ store, bus: createBus() });
const experiment =
  way === 'join'
    ? await lab.joinExperiment('reservoir')
    : await lab.startExperiment({
        id: 'reservoir',
        name: 'reservoir',
        sampling: { method: 'reservoir', size: way === 'overflow drop' ? 20_000 : 50 },
      });
const events = way === 'overflow drop' ? 40_000 : 2000;
for (let number = 0; number < events; number++) experiment.execute('crash.test.written', { number });

const ways = {
  'natural end': () => undefined,
  'process.exit': () => process.exit(0),
  'a listener of exit records more': () => {
    process.on('exit', () => experiment.execute('crash.test.heard', {}));
  },
  throw: () => {
    throw new Error('thrown on purpose');
  },
  'lab.close': () => lab.close(),
  'overflow drop': () => lab.close(),
  stop: () => experiment.stop(),
  // Until somebody else does it.
  join: async () => {
    process.stdout.write('ready\n');
    while (experiment.status !== 'stopped') await setTimeout(20);
    await lab.close();
  },
  signal: async () => {
    // So that the account is noted.
    await setTimeout(1500);
    process.stdout.write('ready\n');
    await setTimeout(60_000);
  },
};

await ways[way]();
