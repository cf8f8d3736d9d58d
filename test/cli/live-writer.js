// A program that records while somebody looks on. Run as `node live-writer.js <store> <id> <events> <ms between them> <ending>`
// where <id> is started, or joined if it is there, and <ending> is `stop`, `close` or `kill`. Segments are small, so that they
// rotate and are sealed meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { createCrucible } from '../../dist/index.js';
import { localStore } from '../../dist/stores/local/index.js';

const [dir, id, events, pause, ending] = process.argv.slice(2);
const lab = createCrucible({ store: localStore({ dir, segmentBytes: 4096 }) });
const known = (await lab.listExperiments()).some((experiment) => experiment.id === id);
const experiment = known ? await lab.joinExperiment(id) : await lab.startExperiment({ name: 'live', id });
console.log('started');
for (let i = 0; i < Number(events); i++) {
  experiment.execute(
    i % 10 === 9 ? 'app.tenth' : 'req_llm.request.stop',
    { duration: i },
    { sample_id: `${process.pid}-${i}` },
  );
  if (Number(pause) > 0) await sleep(Number(pause));
}
await lab.flush();
if (ending === 'kill') process.kill(process.pid, 'SIGKILL');
if (ending === 'stop') await experiment.stop();
await lab.close();
