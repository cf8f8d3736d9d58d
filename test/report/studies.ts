import { createBus, createCrucible, type Experiment, type Hypothesis, type Lab, memoryStore } from '../../src/index.ts';
import { fakeClock } from '../../src/testing/fake-clock.ts';

export const START = Date.UTC(2026, 0, 31, 12) * 1000;

export function freshLab(): Lab {
  return createCrucible({ store: memoryStore(), bus: createBus(), clock: fakeClock(START) });
}

export interface StudyOptions {
  readonly names?: readonly [string, string];
  readonly ids?: readonly [string, string];
  readonly conditions?: readonly [string, string];
  readonly study?: string;
  readonly hypothesis?: string | Hypothesis;
  readonly stop?: boolean;
  readonly sampleSize?: number;
  /** How many requests of the treatment fail. Default 3. */
  readonly failures?: number;
}

/** Two arms with forty requests each, the treatment twice as slow but for a hair, without which nothing would vary, three of its requests failed unless said otherwise, and a loss over five epochs. */
export async function twoArms(lab: Lab, options: StudyOptions = {}): Promise<Experiment[]> {
  const {
    ids = ['run-0', 'run-1'],
    conditions = ['control', 'treatment'],
    names = ['one', 'two'],
    study = 's',
    hypothesis,
    stop = true,
    sampleSize,
    failures = 3,
  } = options;
  const experiments: Experiment[] = [];
  for (const [arm, condition] of conditions.entries()) {
    const experiment = await lab.startExperiment({
      id: ids[arm]!,
      name: names[arm]!,
      study,
      condition,
      ...(hypothesis === undefined ? {} : { hypothesis }),
      ...(sampleSize === undefined ? {} : { sampleSize }),
    });
    for (let i = 0; i < 40; i++) {
      experiment.execute(
        'req_llm.request.stop',
        { duration: (100 + ((i * 7) % 23)) * (arm + 1) * (1 + arm * 1e-7 * ((i * 3) % 5)) },
        {
          sample_id: `q${i}`,
          success: arm === 0 || i >= failures,
          model: 'gpt-4o',
          tokens: { prompt: 100, completion: 20 },
        },
      );
    }
    for (let epoch = 1; epoch <= 5; epoch++) {
      experiment.execute('crucible_train.epoch.stop', { loss: 1 / (epoch + arm) }, { epoch });
      await experiment.logMetric('reward', epoch * (arm + 1), { step: epoch * 10 });
    }
    if (stop) await experiment.stop();
    experiments.push(experiment);
  }
  return experiments;
}
