// @ts-check
// The main job: two optimizers, three seeds each, six experiments at once in one process. Trains them, tests them, and prints
// what was captured. See study.js for the question and trial.js for the code under observation.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createCrucible, memoryStore } from 'crucible-telemetry';
import { loadDigits } from './data.js';
import { startTensorFlow } from './network.js';
import { showProgress } from './progress.js';
import { study } from './study.js';
import { runTrial } from './trial.js';

const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '');
const folder = join('runs', `training-${stamp}`);
await mkdir(folder, { recursive: true });

await startTensorFlow();
const samples = loadDigits();
const lab = createCrucible({ store: memoryStore() });

const trials = await Promise.all(
  study.conditions.flatMap((condition) =>
    study.seeds.map(async (seed) => ({
      condition,
      seed,
      samples,
      folder: join(folder, 'checkpoints', `${condition.name}-seed-${seed}`),
      experiment: await lab.startExperiment({
        name: `${condition.name}-seed-${seed}`,
        study: study.name,
        hypothesis: study.hypothesis,
        condition: condition.name,
        replicate: `seed-${seed}`,
        tags: ['mnist', 'example'],
        metadata: { learning_rate: condition.learningRate, seed },
      }),
    })),
  ),
);

const endProgress = showProgress(process.stderr);
// All six at once. What is emitted inside a run reaches that run's experiment only, whoever's turn it is.
await Promise.all(trials.map((trial) => trial.experiment.run(() => runTrial(trial))));
endProgress();

import { auditExperiment, countTurns } from './audit.js';
import { learningCurves } from './curves.js';
import { learningSection, isolationSection } from './report.js';
import { styleFor } from './style.js';
const style=styleFor(process.stdout);
const experiments=trials.map((trial)=>trial.experiment);
const curves=[]; for(const c of study.conditions) curves.push(await learningCurves(experiments.filter(e=>e.condition===c.name)));
const audits=[]; for(const e of experiments) audits.push(await auditExperiment(e));
console.log([...learningSection(curves,style),...isolationSection(audits,{turns:countTurns(audits),unattributed:lab.ledger().unattributed},style)].join('\n'));
