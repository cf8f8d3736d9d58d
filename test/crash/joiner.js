// Joins a running experiment and records until told to end, in the way that its argument says:
//
//   node joiner.js <store> <experiment> process | thread | cluster | fork
//
// Prints its writer's ledger when it ends: when a line comes on standard input.

import { fork } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createBus, createCrucible } from 'crucible-telemetry';
import { localStore } from 'crucible-telemetry/stores/local';

const file = fileURLToPath(import.meta.url);

/** Records until `ended`, in bursts; returns the ledger. */
async function record(dir, id, ended) {
  const lab = createCrucible({ store: localStore({ dir }), bus: createBus() });
  const experiment = await lab.joinExperiment(id);
  let over = false;
  ended.then(() => {
    over = true;
  });
  for (let n = 0; !over; n++) {
    for (let i = 0; i < 5; i++) experiment.execute('crash.test.written', { n, i });
    await setTimeout(10);
  }
  await lab.flush();
  const ledger = experiment.ledger();
  await lab.close();
  return ledger;
}

const told = () => once(process.stdin, 'data').then(() => process.stdin.destroy());
const print = (ledger) => process.stdout.write(JSON.stringify(ledger));

if (!isMainThread) {
  const { dir, id } = workerData;
  parentPort.postMessage(await record(dir, id, once(parentPort, 'message')));
  parentPort.close();
} else if (process.send !== undefined) {
  // A child of `fork` or of a cluster.
  const [dir, id] = process.argv.slice(2);
  process.send(await record(dir, id, once(process, 'message')));
  process.disconnect();
} else {
  const [dir, id, way] = process.argv.slice(2);
  if (way === 'process') {
    print(await record(dir, id, told()));
  } else if (way === 'thread') {
    const worker = new Worker(file, { workerData: { dir, id } });
    told().then(() => worker.postMessage('end'));
    print((await once(worker, 'message'))[0]);
  } else {
    cluster.setupPrimary({ exec: file, args: [dir, id] });
    const child = way === 'cluster' ? cluster.fork() : fork(file, [dir, id]);
    told().then(() => child.send('end'));
    print((await once(child, 'message'))[0]);
  }
}
