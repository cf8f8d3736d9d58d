import fc from 'fast-check';
import { expect, test } from 'vitest';
import { archived, paused, resumed, stopped } from '../../src/experiment/lifecycle.ts';
import type { ExperimentState } from '../../src/stores/experiment-state.ts';
import { exampleState } from '../../src/testing/store-writing.ts';

const TRANSITIONS = { paused, resumed, stopped, archived };
type Transition = keyof typeof TRANSITIONS;

/** What each transition does in each status: the next status, or the code of the error. */
const TABLE: Record<string, Record<Transition, string>> = {
  running: { paused: 'paused', resumed: 'not_paused', stopped: 'stopped', archived: 'not_stopped' },
  paused: { paused: 'already_paused', resumed: 'running', stopped: 'stopped', archived: 'not_stopped' },
  stopped: { paused: 'not_running', resumed: 'not_paused', stopped: 'not_running', archived: 'archived' },
  archived: { paused: 'not_running', resumed: 'not_paused', stopped: 'not_running', archived: 'not_stopped' },
};

test('each transition leads where the table says, or is refused with a code, the name and the id', () => {
  for (const [status, row] of Object.entries(TABLE)) {
    for (const [name, outcome] of Object.entries(row) as [Transition, string][]) {
      const state = exampleState('exp-1', { status: status as ExperimentState['status'] });
      const attempt = () => TRANSITIONS[name](state, 5);
      if (outcome in TABLE) expect(attempt().status, `${status} ${name}`).toBe(outcome);
      else {
        expect(attempt, `${status} ${name}`).toThrow(expect.objectContaining({ code: outcome }));
        expect(attempt).toThrow(/"experiment exp-1" \(exp-1\)/);
      }
    }
  }
});

test('phases, pauses and times stay consistent through any sequence of transitions', () => {
  const names = fc.constantFrom<Transition>('paused', 'resumed', 'stopped', 'archived');
  fc.assert(
    fc.property(fc.array(fc.tuple(names, fc.integer({ min: 1, max: 100 })), { maxLength: 30 }), (steps) => {
      let state = exampleState('e');
      const started = state.started_at;
      let now = started;
      let pauses = 0;
      for (const [name, later] of steps) {
        now += later;
        const before = structuredClone(state);
        const input = state;
        try {
          state = TRANSITIONS[name](state, now);
          if (name === 'paused') pauses++;
        } catch {
          state = input;
        }
        expect(input).toEqual(before);
      }
      const { phases } = state;
      expect(state.pause_count).toBe(pauses);
      expect(state.paused_at === null).toBe(state.status !== 'paused');
      expect(state.stopped_at === null).toBe(state.status === 'running' || state.status === 'paused');
      expect(state.archived_at === null).toBe(state.status !== 'archived');
      expect(phases[0]?.started_at).toBe(started);
      expect(phases.filter((phase) => phase.ended_at === null).length).toBe(state.status === 'running' ? 1 : 0);
      for (const [i, phase] of phases.entries()) {
        const end = phase.ended_at ?? now;
        expect(end).toBeGreaterThanOrEqual(phase.started_at);
        if (i > 0) expect(phase.started_at).toBeGreaterThan(phases[i - 1]!.ended_at!);
      }
    }),
  );
});
