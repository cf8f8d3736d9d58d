// Meets folders that it may not write to, as a user who is not the administrator:
//
//   node nobody.js <folder that anybody may write to> <durability>
//
// Prints what became of it as JSON.
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createBus, createCrucible } from 'crucible-telemetry';
import { localStore } from 'crucible-telemetry/stores/local';

// What nobody may not be able to reach is loaded by now, but for the writing thread's file.
const [root, durability] = process.argv.slice(2);
const opened = (dir, options) =>
  createCrucible({ store: localStore({ dir, durability, ...options }), bus: createBus() });

const dir = join(root, 'store');
const lab = opened(dir, { segmentBytes: 4096 });
await lab.metricsStore.read('nothing');
try {
  if (process.getuid() === 0) {
    process.setgid(65534);
    process.setuid(65534);
  }
} catch (error) {
  process.stdout.write(JSON.stringify({ skipped: error.message }));
  process.exit();
}

const closed = join(root, 'closed');
mkdirSync(closed, { mode: 0o555 });
const codeOf = (promise) =>
  promise.then(
    () => null,
    ({ code, message }) => ({ code, message }),
  );
const refused = await codeOf(opened(join(closed, 'store')).startExperiment({ name: 'x' }));

const experiment = await lab.startExperiment({ id: 'closed', name: 'closed' });
const count = (from, to) => {
  for (let number = from; number < to; number++) experiment.execute('crash.test.written', { number });
};
count(0, 10);
await lab.flush();
// May be looked up and not added to: the segment under way can be written, no other can be begun.
const folder = join(dir, 'experiments', 'closed');
for (const each of [join(folder, 'events'), folder]) chmodSync(each, 0o555);
count(10, 100);
const flushedFirst = await codeOf(lab.flush());
count(100, 200);
const flushed = flushedFirst ?? (await codeOf(lab.flush()));
const paused = await codeOf(experiment.pause());
// May not even be looked up.
chmodSync(folder, 0);
await setTimeout(1000);
const whileClosed = experiment.status;
const listed = await codeOf(lab.getExperiment('closed'));
for (const each of [folder, join(folder, 'events')]) chmodSync(each, 0o755);
await setTimeout(500);
count(200, 300);
await lab.flush();
const numbers = [];
for await (const { measurements } of experiment.records()) numbers.push(measurements.number);
await experiment.pause();
await experiment.resume();
const ledger = experiment.ledger();
await lab.close();
process.stdout.write(JSON.stringify({ refused, flushed, paused, whileClosed, listed, numbers, ledger }));
