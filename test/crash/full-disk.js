// Records until the disk is full and beyond, makes room, and goes on:
//
//   node full-disk.js <folder on a small disk> <durability>
//
// Prints what became of the events as JSON.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createBus, createCrucible } from 'crucible-telemetry';
import { localStore } from 'crucible-telemetry/stores/local';

const [disk, durability] = process.argv.slice(2);
const dir = join(disk, 'store');
const warnings = [];
process.on('warning', ({ message }) => warnings.push(message));

const lab = createCrucible({ store: localStore({ dir, durability }), bus: createBus() });
const experiment = await lab.startExperiment({ id: 'full', name: 'full' });
writeFileSync(join(disk, 'ballast'), Buffer.alloc(4_000_000));

const text = 'x'.repeat(200);
let number = 0;
const write = (count) => {
  for (let i = 0; i < count; i++)
    experiment.execute('crash.test.written', { number: number++ }, { text: `${text}${number}` });
};
// Far more than the disk and the queue hold.
for (let i = 0; i < 40; i++) {
  write(500);
  await setTimeout(5);
}
const whileFull = experiment.ledger();
const flushError = await lab.flush().then(
  () => null,
  (error) => ({ code: error.code, message: error.message }),
);
rmSync(join(disk, 'ballast'));
await setTimeout(600);
write(10);
await lab.flush();
const ledger = experiment.ledger();
await lab.close();

// Read as plain files: what is there is whole lines.
const events = join(dir, 'experiments', 'full', 'events');
const lines = readdirSync(events).flatMap((file) => readFileSync(join(events, file), 'utf8').trimEnd().split('\n'));
const records = lines.map((line) => JSON.parse(line));
process.stdout.write(
  JSON.stringify({
    warnings,
    whileFull,
    flushError,
    ledger,
    kept: records.length,
    inSequence: records.every((record, i) => record.sequence === i),
    last: records.at(-1)?.measurements.number,
    number,
  }),
);
