// A program whose requests take some 100 ms, the last one 100 times as long. Run as `node spiking-writer.js <store> <id> <requests> <ending>`,
// where <ending> is `stop` or `close`. Segments are small, so that they rotate and are sealed meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { createCrucible } from '../../dist/index.js';
import { localStore } from '../../dist/stores/local/index.js';

const [dir, id, requests, ending] = process.argv.slice(2);
const lab = createCrucible({ store: localStore({ dir, segmentBytes: 4096 }) });
const experiment = await lab.joinExperiment(id);
for (let i = 1; i <= Number(requests); i++) {
  const duration = i === Number(requests) ? 10_000 : 100 + ((i * 37) % 29);
  experiment.execute('req_llm.request.stop', { duration }, { sample_id: `${ending}-${i}` });
  await sleep(2);
}
if (ending === 'stop') await experiment.stop();
await lab.close();
