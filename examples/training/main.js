// @ts-check
// The main job: two optimizers, three seeds each, six experiments at once in one process, each in its own isolation. Trains and
// tests them, prints what was captured, and leaves it in `runs/` as CSV, JSON Lines and Parquet.
// `study.js` has the question, `trial.js` the code under observation.
import { join } from 'node:path';
import { createCrucible, memoryStore } from 'crucible-telemetry';
import { auditExperiment, countTurns, startWitness } from './audit.js';
import { learningCurves } from './curves.js';
import { loadDigits } from './data.js';
import { startTensorFlow } from './network.js';
import { showProgress } from './progress.js';
import {
  comparisonSection,
  filesSection,
  isolationSection,
  learningSection,
  testSection,
  titleSection,
} from './report.js';
import { study } from './study.js';
import { styleFor } from './style.js';
import { runTrial } from './trial.js';

const style = styleFor(process.stdout);
const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '');
const folder = join('runs', `training-${stamp}`);
const print = (/** @type {string[]} */ lines) => console.log(lines.join('\n'));

print(titleSection(style));
await startTensorFlow();
const samples = loadDigits();

const lab = createCrucible({ store: memoryStore() });
const trials = await Promise.all(
  study.conditions.flatMap((condition) =>
    study.seeds.map(async (seed) => {
      const name = `${condition.name}-seed-${seed}`;
      const experiment = await lab.startExperiment({
        name,
        study: study.name,
        condition: condition.name,
        replicate: `seed-${seed}`,
        hypothesis: study.hypothesis,
        sampleSize: study.images.test,
        tags: ['mnist'],
        metadata: { learning_rate: condition.learningRate },
      });
      return { experiment, condition, seed, samples, folder: join(folder, 'checkpoints', name) };
    }),
  ),
);
const experiments = trials.map((trial) => trial.experiment);

const witness = startWitness();
const hideProgress = showProgress(process.stderr);
// All six at once. Whatever is emitted inside a run reaches the experiment of that run and no other.
await Promise.all(trials.map((trial) => trial.experiment.run(() => runTrial(trial))));
hideProgress();
await Promise.all(experiments.map((experiment) => experiment.stop()));

const curves = await Promise.all(
  study.conditions.map(({ name }) => learningCurves(experiments.filter(({ condition }) => condition === name))),
);
print(learningSection(curves, style));

const tested = await Promise.all(
  experiments.map(async (experiment) => ({ name: experiment.name, metrics: await experiment.metrics() })),
);
print(testSection(tested, style));

print(comparisonSection(await lab.compare({ study: study.name }, { baseline: study.control }), style));

const audits = await Promise.all(experiments.map((experiment) => auditExperiment(experiment, witness)));
const unattributed = lab.ledger().unattributed;
print(isolationSection(audits, { turns: countTurns(audits), unattributed }, style));

const files = [
  await lab.exportMany(experiments, 'csv', { path: join(folder, 'events.csv') }),
  await lab.exportMany(experiments, 'jsonl', { path: join(folder, 'events.jsonl') }),
  await lab.exportMany(experiments, 'parquet', { path: join(folder, 'events.parquet') }),
];
print(filesSection(files, style));

await lab.close();
if (!audits.every((audit) => audit.sound)) process.exitCode = 1;
