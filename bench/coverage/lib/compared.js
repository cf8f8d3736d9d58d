import { createCrucible } from 'crucible-telemetry';

/** The metrics of `lab.compare` for two arms, each a list of [measurements, metadata]. */
export async function compared(control, treatment, options) {
  const lab = createCrucible();
  const ids = [];
  for (const [condition, events] of Object.entries({ control, treatment })) {
    const experiment = await lab.startExperiment({ name: condition, condition });
    for (const [measurements, metadata] of events) experiment.execute('req_llm.request.stop', measurements, metadata);
    await experiment.stop();
    ids.push(experiment.id);
  }
  const { comparisons } = await lab.compare(ids, options);
  await lab.close();
  return comparisons[0].metrics;
}
