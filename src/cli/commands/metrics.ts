import type { Command } from 'commander';
import { show } from '../../core/errors.ts';
import { plural } from '../../core/figures.ts';
import { sumLedgers } from '../../experiment/ledger.ts';
import type { Experiment } from '../../lab/experiment.ts';
import { lastedSeconds } from '../lasted.ts';
import { stretchOf } from '../moments.ts';
import { printMetrics } from '../report/metrics.ts';
import { findExperiment, type OpenedStore, withStore } from '../store-access.ts';
import { printJson, say } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly model?: string;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<experiment>', 'id, beginning of an id, or name')
    .description('Prints the metrics of an experiment: latency, cost, reliability, tokens, training, scores.')
    .option('--from <time>', 'only events from then on (ISO 8601, or microseconds since 1970)')
    .option('--to <time>', 'only events up to then')
    .option('--model <name>', 'only events of one model')
    .option('--json', 'print a JSON object, with all numbers')
    .addHelpText(
      'after',
      '\nExamples:\n  $ crucible metrics my_run\n  $ crucible metrics my_run --json | jq .latency.p95',
    )
    .action((wanted: string, { from, to, model, json }: Options) =>
      withStore(command, async (opened) => {
        const experiment = await findExperiment(opened, wanted);
        const query = {
          ...stretchOf(from, to),
          ...(model === undefined ? {} : { where: { model } }),
        };
        const metrics = await withProgress('reading events', () => experiment.metrics(query));
        const isEmpty = metrics.summary.total_events === 0 && Object.keys(query).length > 0;
        if (isEmpty) await sayUnmatched(opened, experiment, model);
        if (json) return printJson(metrics);
        if (isEmpty) return;
        // The whole run has the length that list gives it; a part of it that of its events.
        const isWhole = Object.keys(query).length === 0;
        const writers = await opened.store.writers(experiment.id);
        const { held = 0 } = sumLedgers(writers.map(({ ledger }) => ledger));
        const lasted = isWhole
          ? lastedSeconds(experiment, writers, Date.now() * 1000)
          : metrics.summary.duration_seconds;
        await printMetrics(experiment, metrics, lasted, held);
      }),
    );
}

const MOST_MODELS = 12;

async function sayUnmatched({ store }: OpenedStore, { id }: Experiment, model: string | undefined): Promise<void> {
  const found = new Set<string>();
  let events = 0;
  for await (const batch of store.scan(id, { fields: ['model'] })) {
    events += batch.rows;
    for (let row = 0; row < batch.rows; row++) {
      const own = batch.value('model', row);
      if (typeof own === 'string') found.add(own);
    }
  }
  const none = `None of ${plural(events, 'event')} is of that time${model === undefined ? '' : ` and of model ${show(model)}`}.`;
  if (model === undefined || found.has(model)) return say(none);
  const shown = [...found].sort().slice(0, MOST_MODELS).join(', ');
  const there =
    found.size === 0 ? 'no event names a model' : `there is ${shown}${found.size > MOST_MODELS ? ' and others' : ''}`;
  say(`None of ${plural(events, 'event')} is of model ${show(model)}; ${there}.`);
}
