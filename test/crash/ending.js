// A process that records 10,000 events and then ends in the way that its argument says:
//
//   node ending.js <store> <way>
import { createBus, createCrucible } from 'crucible-telemetry';
import { localStore } from 'crucible-telemetry/stores/local';

const [dir, way] = process.argv.slice(2);
const store = localStore({ dir, signals: way !== 'SIGTERM, signals off' });
const lab = createCrucible({ store, bus: createBus() });
const experiment = await lab.startExperiment({ id: 'ending', name: 'ending' });
for (let number = 0; number < 10_000; number++) experiment.execute('crash.test.written', { number });

const ways = {
  'natural end': () => undefined,
  'process.exit(7)': () => process.exit(7),
  'exit while it closes': () => {
    void lab.close();
    setImmediate(() => process.exit(0));
  },
  'exit a moment after it closes': () => {
    void lab.close();
    setTimeout(() => process.exit(0), 3);
  },
  'listener after us': () => {
    process.on('exit', () => experiment.execute('crash.test.heard', {}));
  },
  'listener after us, at once': () => {
    process.on('exit', () => experiment.execute('crash.test.heard', {}));
    process.exit(0);
  },
  throw: () => {
    setImmediate(() => {
      throw new Error('thrown on purpose');
    });
  },
  'unhandled rejection': () => void Promise.reject(new Error('rejected on purpose')),
  'stack overflow': () => {
    const deeper = () => deeper() + 1;
    setImmediate(deeper);
  },
  SIGTERM: () => wait(),
  SIGINT: () => wait(),
  'SIGTERM, signals off': () => wait(),
  'SIGTERM, own listener': () => {
    process.on('SIGTERM', () => setTimeout(() => process.exit(3), 50));
    wait();
  },
  'SIGTERM ignored, then end': () => {
    let heard = 0;
    process.on('SIGTERM', () => {
      heard++;
      experiment.execute('crash.test.heard', { heard });
      if (heard === 2) clearInterval(timer);
    });
    const timer = wait();
  },
};

function wait() {
  const timer = setInterval(() => undefined, 1000);
  process.stdout.write('ready\n');
  return timer;
}

ways[way]();
