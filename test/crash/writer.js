// A process that writes until it is killed:
//
//   node writer.js <store> <experiment> <durability> <pace> <progress file> [segment bytes]
//
// Each event says its number. After each, the time is added to the progress file, which the system keeps whatever happens to this
// process: so others can tell what was executed when and is not among the records.
import { openSync, writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { createBus, createCrucible } from 'crucible-telemetry';
import { localStore } from 'crucible-telemetry/stores/local';

const [dir, id, durability, pace, progress, segmentBytes] = process.argv.slice(2);
const store = localStore({ dir, durability, ...(segmentBytes ? { segmentBytes: Number(segmentBytes) } : {}) });
const lab = createCrucible({ store, bus: createBus() });
const experiment = await lab.startExperiment({ id, name: id });
const fd = openSync(progress, 'w');
const time = Buffer.alloc(8);
let number = 0;

function execute() {
  experiment.execute(
    'crash.test.written',
    { number },
    { text: `event ${number} ü`, half: number % 2 === 0 ? 'even' : null },
  );
  time.writeDoubleLE(performance.timeOrigin + performance.now());
  writeSync(fd, time);
  number++;
}

process.stdout.write('ready\n');
if (pace === 'full') {
  for (;;) {
    for (let i = 0; i < 2000; i++) execute();
    await setTimeout(0);
  }
} else if (pace === 'slow') {
  for (;;) {
    execute();
    await setTimeout(20);
  }
} else {
  // The event loop is blocked for a second at a time; only now and then an event.
  for (;;) {
    const until = performance.now() + 1000;
    while (performance.now() < until) {
      execute();
      const next = performance.now() + 5;
      while (performance.now() < next);
    }
    await setTimeout(1);
  }
}
