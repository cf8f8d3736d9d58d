import { createBus, createCrucible, type Experiment, type Lab, memoryStore } from '../../src/index.ts';
import { type RandomStream, randomStream } from '../../src/stats/random.ts';
import { fakeClock } from '../../src/testing/fake-clock.ts';

export const STUDY = 'question answering over company documents';

const ARMS = [
  'control',
  'retrieval-augmented with a reranker and a prompt of four examples',
  'fine_tuned_small_model_without_any_space_in_its_very_long_name_v2',
  'short',
] as const;
const SCORES = [
  'exact_match',
  'faithfulness',
  'answer_relevance_as_judged_by_a_panel_of_three_models',
  'toxicity',
  'citation_precision',
  'citation_recall',
  'helpfulness',
  'politeness',
] as const;

/** A study with whatever makes a page wide or long: many metrics, long names, arms, missing values, drops, and training. */
export async function largeStudy(): Promise<Lab> {
  const lab = createCrucible({
    store: memoryStore(),
    bus: createBus(),
    clock: fakeClock(Date.UTC(2026, 0, 31, 12) * 1000),
  });
  const stream = randomStream(11);
  for (const [arm, condition] of ARMS.entries()) {
    for (const seed of ['seed-1', 'seed-2', 'seed-3', 'seed-4', 'seed-5']) {
      const experiment = await lab.startExperiment({
        id: `arm-${arm}-${seed}`,
        name: `${condition} ${seed}`,
        study: STUDY,
        condition,
        replicate: seed,
        tags: ['nightly', 'a tag of several words'],
        hypothesis: {
          statement: 'Retrieval and fine-tuning make answers more faithful than the model alone.',
          metric: 'scores.faithfulness',
          direction: 'higher',
          margin: 0.02,
        },
      });
      requests(experiment, arm, stream.split(`${arm} ${seed}`));
      await training(experiment, arm, stream.split(`training ${arm} ${seed}`));
      if (arm === 1 && seed === 'seed-2') await drops(experiment);
      await experiment.stop();
    }
  }
  return lab;
}

function requests(experiment: Experiment, arm: number, stream: RandomStream): void {
  for (let i = 0; i < 60; i++) {
    const sample_id = `question-${i}`;
    const success = (i + 7 * arm) % 29 !== 0 && stream.uniform() > 0.04 + 0.03 * arm;
    const duration = Math.exp(5 + 0.7 * stream.uniform() - 0.15 * arm) * (i % 20 === 0 ? 8 : 1);
    const tokens = {
      prompt: 200 + Math.floor(400 * stream.uniform()),
      completion: 20 + Math.floor(90 * stream.uniform()),
    };
    experiment.execute('req_llm.request.stop', { duration }, { sample_id, success, model: 'gpt-4o', tokens });
    if (!success) continue;
    for (const [k, score] of SCORES.entries()) {
      if (stream.uniform() < 0.03 * (k % 3)) continue;
      const level = 0.45 + 0.05 * arm * (k % 4) + 0.4 * stream.uniform();
      experiment.score(score, k === 0 ? (level > 0.65 ? 1 : 0) : Math.min(1, level), { sample_id });
    }
  }
}

async function training(experiment: Experiment, arm: number, stream: RandomStream): Promise<void> {
  for (let epoch = 1; epoch <= 12; epoch++) {
    const loss = 2.2 / (1 + epoch * (0.3 + 0.1 * arm)) + 0.1 * stream.uniform();
    const accuracy = 1 - loss / 2.4;
    experiment.execute('crucible_train.epoch.stop', { loss, accuracy }, { epoch });
    await experiment.logMetric('validation/perplexity', Math.exp(loss + 0.2), { step: epoch * 100 });
    await experiment.logMetric('gradient norm', stream.uniform() * 3, { step: epoch * 100 });
  }
}

async function drops(experiment: Experiment): Promise<void> {
  await experiment.pause();
  experiment.execute('app.tick');
  await experiment.resume();
}
