// Records with two copies of the package in one process, then waits for a signal:
//
//   node two-copies.js <store> <dist of the other copy> <way>
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dir, other, way] = process.argv.slice(2);
const copies = await Promise.all(
  ['crucible-telemetry', other].map(async (place) => {
    const [main, local] =
      place === other
        ? ['index.js', 'stores/local/index.js'].map((file) => pathToFileURL(join(other, file)).href)
        : [place, `${place}/stores/local`];
    const { createBus, createCrucible } = await import(main);
    const { localStore } = await import(local);
    return { open: () => createCrucible({ store: localStore({ dir }), bus: createBus() }) };
  }),
);

async function record(copy) {
  const lab = copy.open();
  const experiment = await lab.startExperiment({ name: 'copy' });
  for (let number = 0; number < 1000; number++) experiment.execute('crash.test.written', { number });
  return lab;
}

const [first, second] = copies;
const labs = [await record(first), await record(second)];
if (way !== 'both open') await labs[0].close();
if (way === 'closed in turn, the first opened again') {
  await labs[1].close();
  await record(first);
}
process.stdout.write('ready\n');
setInterval(() => undefined, 1000);
