import { describe, expect, it } from 'vitest';
import {
  deploymentEvents,
  ensembleEvents,
  evalEvents,
  eventInfo,
  eventsByCategory,
  frameworkEvents,
  hedgingEvents,
  llmEvents,
  requestEvents,
  standardEvents,
  toolEvents,
  traceEvents,
  trainingEvents,
} from '../../src/events/registry.ts';

const BY_FUNCTION = {
  llm: llmEvents,
  training: trainingEvents,
  deployment: deploymentEvents,
  framework: frameworkEvents,
  ensemble: ensembleEvents,
  hedging: hedgingEvents,
  trace: traceEvents,
  tool: toolEvents,
  eval: evalEvents,
};

function expectFrozen(value: unknown, path = 'value'): void {
  if (typeof value !== 'object' || value === null) return;
  expect(Object.isFrozen(value), path).toBe(true);
  for (const [key, part] of Object.entries(value)) expectFrozen(part, `${path}.${key}`);
}

describe('the registry', () => {
  it.each(Object.entries(BY_FUNCTION))(
    'answers the %s events: all of that category and no others',
    (category, events) => {
      const expected = standardEvents().filter((name) => eventInfo(name)?.category === category);
      expect(expected.length).toBeGreaterThan(0);
      expect(events()).toEqual(expected);
      expect(eventsByCategory()[category]).toEqual(expected);
    },
  );

  it('parts the standard events into categories without remainder', () => {
    const parts = Object.values(BY_FUNCTION).flatMap((events) => events());
    expect(parts).toEqual(standardEvents());
    expect(Object.keys(eventsByCategory())).toEqual(Object.keys(BY_FUNCTION));
  });

  it('marks the leaf requests, and them only', () => {
    expect(requestEvents()).toEqual([
      'req_llm.request.stop',
      'req_llm.request.exception',
      'crucible_deployment.inference.stop',
      'crucible_deployment.inference.exception',
    ]);
  });

  it('answers nothing that could be changed', () => {
    for (const events of Object.values(BY_FUNCTION)) expectFrozen(events());
    expectFrozen(standardEvents());
    expectFrozen(requestEvents());
    expectFrozen(eventsByCategory());
    for (const name of standardEvents()) expectFrozen(eventInfo(name), name);
  });

  it('finds an event by its dotted name and by the list of its segments', () => {
    expect(eventInfo('req_llm.request.stop')?.description).toBe('A request to a language model ended.');
    expect(eventInfo(['req_llm', 'request', 'stop'])).toBe(eventInfo('req_llm.request.stop'));
  });

  it('knows nothing of an unknown name, and does not throw for what is no name', () => {
    const unknown: unknown[] = [
      'my_app.unknown',
      '',
      'req_llm.request',
      'constructor',
      '__proto__',
      [],
      undefined,
      null,
      4,
      {},
    ];
    for (const name of unknown) expect(eventInfo(name as string)).toBeUndefined();
  });
});
