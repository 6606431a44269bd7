import { compensationPlan } from './compensation-plan.js';
import type { HistoryEvent } from './event.js';
import type { SagaDefinition } from './saga-definition.js';
import { SagaState } from './saga-state.js';
import type { StepDefinition } from './step-definition.js';
import { StepDefinitions } from './step-definitions.js';
import { stepPolicy } from './step-policy.js';

const policy = stepPolicy();
const steps = new Map<string, StepDefinition>(
  [{ name: 'step', undo: 'undo' }, { name: 'undo' }, { name: 'bare' }].map((step) => [
    step.name,
    { ...step, policy, declared: new Map() },
  ]),
);
const definitions = new StepDefinitions({ name: 's', version: 1, steps } as unknown as SagaDefinition);
const error = { name: 'Error', message: 'x' };
const scheduled = (call: number, step = 'step'): HistoryEvent => ({ type: 'StepScheduled', call, step, input: [] });
const ends = {
  open: [],
  deferred: [{ type: 'StepDeferred', call: 0, attempt: 1 }],
  absent: [{ type: 'StepFailed', call: 0, attempt: 1, kind: 'absent', error }],
  retrying: [{ type: 'StepAttemptFailed', call: 0, attempt: 1, error, retryAt: 5 }],
  completed: [{ type: 'StepCompleted', call: 0, attempt: 1, result: 'r' }],
  declared: [{ type: 'StepFailed', call: 0, attempt: 1, kind: 'declared', error }],
  fatal: [{ type: 'StepFailed', call: 0, attempt: 1, kind: 'fatal', error }],
  unknown: [{ type: 'StepOutcomeUnknown', call: 0, attempts: 1, error }],
  'declared, then a late success': [
    { type: 'StepFailed', call: 0, attempt: 1, kind: 'declared', error },
    { type: 'StepCompletedLate', call: 0, attempt: 2, result: 'r' },
  ],
  undone: [
    { type: 'StepCompleted', call: 0, attempt: 1, result: 'r' },
    { type: 'StepScheduled', call: 1, step: 'undo', input: [], undoes: 0 },
    { type: 'StepCompleted', call: 1, attempt: 1, result: null },
  ],
  'undone, then a late success': [
    { type: 'StepOutcomeUnknown', call: 0, attempts: 1, error },
    { type: 'StepScheduled', call: 1, step: 'undo', input: [], undoes: 0 },
    { type: 'StepCompleted', call: 1, attempt: 1, result: null },
    { type: 'StepCompletedLate', call: 0, attempt: 1, result: 'r' },
  ],
} satisfies Record<string, HistoryEvent[]>;

function planOf(events: readonly HistoryEvent[]) {
  const state = SagaState.of([
    { at: 1, events: [{ type: 'SagaStarted', saga: 's', version: 1, engine: 1, input: null }, ...events] },
  ]);
  return compensationPlan(definitions, state).map(({ target, compensation, awaits }) => [
    target.call,
    compensation.name,
    awaits,
  ]);
}

describe('the compensation plan', () => {
  it.each<[keyof typeof ends, unknown[]]>([
    ['open', [[0, 'undo', 0]]],
    ['retrying', [[0, 'undo', 0]]],
    ['deferred', [[0, 'undo', 0]]],
    ['absent', []],
    ['completed', [[0, 'undo', undefined]]],
    ['declared', []],
    ['fatal', [[0, 'undo', undefined]]],
    ['unknown', [[0, 'undo', undefined]]],
    ['declared, then a late success', [[0, 'undo', undefined]]],
    ['undone', []],
    ['undone, then a late success', [[0, 'undo', undefined]]],
  ])('C3 S7 of a step that is %s', (end, plan) => {
    expect(planOf([scheduled(0), ...ends[end]])).toEqual(plan);
  });

  it('C2 is in reverse order of the start, whatever the order of the ends', () => {
    const completed = (call: number): HistoryEvent => ({ type: 'StepCompleted', call, attempt: 1, result: null });
    const events = [scheduled(0), scheduled(1), scheduled(2), completed(2), completed(0), completed(1)];
    expect(planOf(events).map(([call]) => call)).toEqual([2, 1, 0]);
  });

  it('C1 leaves out what has no compensation, and what the code does not know any more', () => {
    expect(planOf([scheduled(0, 'bare'), scheduled(1, 'removed'), scheduled(2)])).toEqual([[2, 'undo', 2]]);
  });

  it('C2 changes nothing in what it looks at', () => {
    const state = SagaState.of([
      { at: 1, events: [{ type: 'SagaStarted', saga: 's', version: 1, engine: 1, input: null }, scheduled(0)] },
    ]);
    const before = JSON.stringify([...state.calls]);
    compensationPlan(definitions, state);
    expect(JSON.stringify([...state.calls])).toBe(before);
  });
});
