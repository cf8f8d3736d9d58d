// What the README's recipes take for granted, and what runs before each program of the pages: the names of the main entry, a lab
// with a study of two conditions, and `experiment`, one of them, under way. A program that declares such a name has its own.
import * as api from 'crucible-telemetry';

const { createCrucible, telemetry } = api;
const lab = createCrucible();
const experiments = [];
for (const condition of ['control', 'treatment']) {
  const experiment = await lab.startExperiment({ name: condition, study: 'capitals', condition });
  for (const sample_id of ['france', 'japan']) {
    await experiment.run(
      () =>
        telemetry.span('req_llm.request', { provider: 'openai', model: 'gpt-4o' }, async (span) => {
          span.annotate({ tokens: { prompt: 2000, completion: 10 }, response: 'Paris' });
        }),
      { sample_id, user_id: 'ada' },
    );
  }
  experiments.push(experiment);
}
Object.assign(globalThis, api, { lab, experiment: experiments[1] });
process.env.PSEUDONYM_KEY = 'the key of a test';
