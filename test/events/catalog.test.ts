import { describe, expect, it } from 'vitest';
import { catalog } from '../../src/events/catalog/index.ts';
import type { FieldDefinition } from '../../src/events/definition.ts';
import { normalizeEventName } from '../../src/events/name.ts';
import { eventInfo, standardEvents } from '../../src/events/registry.ts';

// The names of the reference changelog and of the issue, written out: a renamed event must fail here.
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  llm: ['req_llm.request.start', 'req_llm.request.stop', 'req_llm.request.exception'],
  training: [
    'crucible_train.training.start',
    'crucible_train.training.stop',
    'crucible_train.epoch.start',
    'crucible_train.epoch.stop',
    'crucible_train.batch.stop',
    'crucible_train.checkpoint.saved',
  ],
  deployment: [
    'crucible_deployment.inference.start',
    'crucible_deployment.inference.stop',
    'crucible_deployment.inference.exception',
  ],
  framework: [
    'crucible_framework.pipeline.start',
    'crucible_framework.pipeline.stop',
    'crucible_framework.stage.start',
    'crucible_framework.stage.stop',
  ],
  ensemble: ['ensemble.prediction.start', 'ensemble.prediction.stop', 'ensemble.vote.completed'],
  hedging: ['hedging.request.start', 'hedging.request.duplicated', 'hedging.request.stop'],
  trace: ['causal_trace.event.created'],
  tool: ['altar.tool.start', 'altar.tool.stop'],
  eval: ['eval.score.recorded'],
};

// What enrichment turns into columns must be writable without a type error.
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  'req_llm.request.stop': [
    'duration',
    'cost_usd',
    'input_tokens',
    'prompt_tokens',
    'tokens',
    'model',
    'provider',
    'response',
  ],
  'crucible_train.epoch.stop': ['epoch', 'batch', 'step', 'loss', 'accuracy', 'learning_rate', 'gradient_norm'],
  'crucible_train.checkpoint.saved': ['checkpoint_path', 'epoch', 'step'],
  'crucible_deployment.inference.stop': ['model_name', 'model_version', 'input_size', 'output_size', 'batch_size'],
  'crucible_framework.stage.stop': ['pipeline_id', 'stage_name', 'stage_index'],
  'req_llm.request.exception': ['duration', 'kind', 'reason', 'stacktrace', 'error', 'status'],
};

const CONTEXT = [
  'sample_id',
  'session_id',
  'user_id',
  'cohort',
  'trace_id',
  'span_id',
  'parent_span_id',
  'correlation_id',
];
const NUMERIC = ['number', 'integer', 'duration', 'timestamp'];

function fieldsOf(name: string) {
  const { measurements, metadata } = eventInfo(name)!.fields;
  return { measurements, metadata };
}

function flatten(fields: Readonly<Record<string, FieldDefinition>>, path: string): [string, FieldDefinition][] {
  return Object.entries(fields).flatMap(([key, field]) => [
    [`${path}.${key}`, field] as [string, FieldDefinition],
    ...flatten(field.fields ?? {}, `${path}.${key}`),
  ]);
}

describe('the catalog', () => {
  it.each(Object.entries(REQUIRED))(
    'has every %s event of the changelog, with category and description',
    (category, names) => {
      for (const name of names) {
        const info = eventInfo(name);
        expect(info?.name).toBe(name);
        expect(info?.category).toBe(category);
        expect(info?.description).toMatch(/^[A-Z].+\.$/);
        expect(standardEvents()).toContain(name);
      }
    },
  );

  it('adds nothing to the changelog but the exception of spans that have a start and a stop', () => {
    const required = new Set(Object.values(REQUIRED).flat());
    const added = standardEvents().filter((name) => !required.has(name));
    for (const name of added) {
      expect(name).toMatch(/\.exception$/);
      expect(required).toContain(name.replace(/exception$/, 'start'));
      expect(required).toContain(name.replace(/exception$/, 'stop'));
    }
  });

  it('gives every span that starts and stops an exception', () => {
    const names = standardEvents();
    for (const name of names) {
      if (!name.endsWith('.start') || !names.includes(name.replace(/start$/, 'stop'))) continue;
      expect(names).toContain(name.replace(/start$/, 'exception'));
    }
  });

  it('keeps each event in the file of its category, under a valid name, once', () => {
    const seen: string[] = [];
    for (const [category, definitions] of Object.entries(catalog)) {
      for (const [name, definition] of Object.entries(definitions)) {
        expect(definition.category).toBe(category);
        expect(normalizeEventName(name)).toBe(name);
        expect(name).toBe(name.toLowerCase());
        seen.push(name);
      }
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(standardEvents());
  });

  it.each(standardEvents().map((name) => [name]))('describes every field of %s', (name) => {
    const { measurements, metadata } = fieldsOf(name);
    const all = [...flatten(measurements, 'measurements'), ...flatten(metadata, 'metadata')];
    expect(all.length).toBeGreaterThan(0);
    for (const [path, field] of all) {
      expect(field.description, path).toMatch(/^[A-Z`].*\.$/);
      expect([field.type].flat().length, path).toBeGreaterThan(0);
      expect(path).toMatch(/^[a-z_.]+$/);
      if (field.type === 'duration') expect(field.unit, path).toBe('ms');
      if (field.type === 'timestamp') expect(field.unit, path).toBe('µs');
    }
  });

  it('measures numbers only, so that a record of numbers is always accepted', () => {
    for (const name of standardEvents()) {
      for (const [key, field] of Object.entries(fieldsOf(name).measurements)) {
        expect(NUMERIC, `${name} ${key}`).toContain(field.type);
      }
    }
  });

  it('gives a field that is known in both places one type', () => {
    for (const name of standardEvents()) {
      const { measurements, metadata } = fieldsOf(name);
      for (const key of Object.keys(measurements)) {
        if (metadata[key]) expect(metadata[key].type, `${name} ${key}`).toEqual(measurements[key]!.type);
      }
    }
  });

  it('lets every event carry the context of its run', () => {
    for (const name of standardEvents())
      expect(Object.keys(fieldsOf(name).metadata)).toEqual(expect.arrayContaining(CONTEXT));
  });

  it.each(Object.entries(COLUMNS))('knows the fields of %s that become columns', (name, columns) => {
    const { measurements, metadata } = fieldsOf(name);
    expect([...Object.keys(measurements), ...Object.keys(metadata)]).toEqual(expect.arrayContaining([...columns]));
  });

  it('knows tokens in both spellings', () => {
    const { tokens } = fieldsOf('req_llm.request.stop').metadata;
    expect(Object.keys(tokens!.fields!).sort()).toEqual(
      ['prompt', 'completion', 'total', 'input', 'output', 'cached', 'reasoning'].sort(),
    );
  });
});
