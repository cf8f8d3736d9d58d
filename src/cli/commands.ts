import type { Command } from 'commander';

/** A command as the list of commands needs it. Its file is loaded when it is run, or asked for help. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly define: (command: Command) => void }>;
}

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly Entry[] = [
  { name: 'demo', summary: 'train two models on real data and compare them', load: () => import('./commands/demo.ts') },
  { name: 'list', summary: 'list the experiments', load: () => import('./commands/list.ts') },
  {
    name: 'show',
    summary: 'show one experiment: definition, state, writers, files',
    load: () => import('./commands/show.ts'),
  },
  {
    name: 'metrics',
    summary: 'latency, cost, reliability, tokens, training, scores',
    load: () => import('./commands/metrics.ts'),
  },
  { name: 'compare', summary: 'compare experiments with a baseline', load: () => import('./commands/compare.ts') },
  {
    name: 'analyze',
    summary: 'test the hypothesis of a study against its frozen plan',
    load: () => import('./commands/analyze.ts'),
  },
  {
    name: 'power',
    summary: 'plan an experiment: samples, power, detectable effect',
    load: () => import('./commands/power.ts'),
  },
  {
    name: 'report',
    summary: 'write a report of a study as HTML or Markdown',
    load: () => import('./commands/report.ts'),
  },
  { name: 'windows', summary: 'metrics for each of many windows of time', load: () => import('./commands/windows.ts') },
  {
    name: 'tail',
    summary: 'follow the events of an experiment while they are written',
    load: () => import('./commands/tail.ts'),
  },
  {
    name: 'query',
    summary: 'ask in SQL: views events, experiments, metrics',
    load: () => import('./commands/query.ts'),
  },
  {
    name: 'export',
    summary: 'write records to csv, jsonl, parquet or arrow',
    load: () => import('./commands/export.ts'),
  },
  { name: 'import', summary: 'read exports back into experiments', load: () => import('./commands/import.ts') },
  {
    name: 'stop',
    summary: 'stop an experiment that is idle, crashed or running',
    load: () => import('./commands/stop.ts'),
  },
  { name: 'archive', summary: 'archive a stopped experiment', load: () => import('./commands/archive.ts') },
  { name: 'delete', summary: 'delete experiments with all their data', load: () => import('./commands/delete.ts') },
  { name: 'verify', summary: 'check every file of experiments', load: () => import('./commands/verify.ts') },
  { name: 'doctor', summary: 'check this machine and the store', load: () => import('./commands/doctor.ts') },
  {
    name: 'snippet',
    summary: 'print code that reads an experiment elsewhere',
    load: () => import('./commands/snippet.ts'),
  },
  {
    name: 'completion',
    summary: 'print a script that completes commands in your shell',
    load: () => import('./commands/completion.ts'),
  },
];
