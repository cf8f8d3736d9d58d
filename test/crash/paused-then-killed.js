// Records 200 requests in three phases and waits to be killed:
//
//   node paused-then-killed.js <store>
import { createBus, createCrucible } from 'crucible-telemetry';
import { localStore } from 'crucible-telemetry/stores/local';

const REQUEST = { provider: 'openai', model: 'gpt-4o', tokens: { prompt: 100, completion: 20 } };

const lab = createCrucible({ store: localStore({ dir: process.argv[2] }), bus: createBus() });
const experiment = await lab.startExperiment({ id: 'killed', name: 'killed' });
const requests = (count) => {
  for (let i = 0; i < count; i++) {
    experiment.execute('req_llm.request.stop', { duration: 10 + i }, { ...REQUEST, success: i % 3 !== 0 });
  }
};
requests(100);
await experiment.pause();
requests(7);
await experiment.resume();
requests(50);
await experiment.pause();
await experiment.resume();
requests(50);
await lab.flush();
process.stdout.write('ready\n');
setInterval(() => undefined, 1000);
