import type { HistoryEvent } from './event.js';
import { moveSaga, SAGA_MOVES, type SagaMove, type SagaPhase } from './saga-machine.js';
import { SagaState } from './saga-state.js';
import { moveStep, STEP_MOVES, type StepMove, type StepState } from './step-machine.js';

const error = { name: 'Error', message: 'x' };
const started: HistoryEvent = { type: 'SagaStarted', saga: 's', version: 1, engine: 1, input: null };

/** How call 0 comes into each state. */
const INTO: Record<StepState, readonly StepMove[]> = {
  scheduled: [],
  retrying: ['StepAttemptFailed'],
  completed: ['StepCompleted'],
  deferred: ['StepDeferred'],
  verifying: ['StepVerifying'],
  declared: ['StepFailed/declared'],
  absent: ['StepFailed/absent'],
  fatal: ['StepFailed/fatal'],
  unknown: ['StepOutcomeUnknown'],
  compensated: ['StepCompleted', 'StepUndone'],
  skipped: ['StepSkipped'],
};
const STEP_MOVES_ALL: readonly StepMove[] = [
  'StepAttemptFailed',
  'StepCompleted',
  'StepDeferred',
  'StepFailed/declared',
  'StepFailed/absent',
  'StepFailed/fatal',
  'StepOutcomeUnknown',
  'StepVerifying',
  'StepCompletedLate',
  'StepRetryRequested',
  'StepInputEdited',
  'StepSkipped',
];

let undo = 0;
function stepEvents(move: StepMove): HistoryEvent[] {
  switch (move) {
    case 'StepAttemptFailed':
      return [{ type: move, call: 0, attempt: 1, error, retryAt: 9 }];
    case 'StepCompleted':
    case 'StepCompletedLate':
      return [{ type: move, call: 0, attempt: 1, result: 'r' }];
    case 'StepDeferred':
      return [{ type: move, call: 0, attempt: 1, dueAt: 9 }];
    case 'StepFailed/declared':
    case 'StepFailed/absent':
    case 'StepFailed/fatal':
      return [{ type: 'StepFailed', call: 0, attempt: 1, kind: move.slice(11) as 'declared', error }];
    case 'StepOutcomeUnknown':
    case 'StepVerifying':
      return [{ type: move, call: 0, attempts: 1, error }];
    case 'StepRetryRequested':
    case 'StepSkipped':
      return [{ type: move, call: 0 }];
    case 'StepInputEdited':
      return [{ type: move, call: 0, input: ['edited'] }];
    case 'StepUndone': {
      const call = ++undo;
      return [
        { type: 'StepScheduled', call, step: 'undo', input: [], undoes: 0 },
        { type: 'StepCompleted', call, attempt: 1, result: null },
      ];
    }
  }
}

function stepAfter(moves: readonly StepMove[]): StepState {
  undo = 0;
  const events = moves.flatMap(stepEvents);
  const state = SagaState.of([
    { at: 1, events: [started, { type: 'StepScheduled', call: 0, step: 'x', input: [] }, ...events] },
  ]);
  return state.step(0)!.state;
}

describe('the moves of a step', () => {
  const rows = (Object.keys(STEP_MOVES) as StepState[]).flatMap((from) =>
    (Object.entries(STEP_MOVES[from]) as [StepMove, StepState][]).map(([move, to]) => [from, move, to] as const),
  );

  it.each(rows)('S4 S6 S7 C3 %s by %s becomes %s', (from, move, to) => {
    expect(stepAfter(INTO[from])).toBe(from);
    expect(stepAfter([...INTO[from], move])).toBe(to);
  });

  const missing = (Object.keys(STEP_MOVES) as StepState[]).flatMap((from) =>
    STEP_MOVES_ALL.filter((move) => moveStep(from, move) === undefined).map((move) => [from, move] as const),
  );

  it.each(missing)('refuses a history in which a step that is %s is moved by %s', (from, move) => {
    expect(() => stepAfter([...INTO[from], move])).toThrow(
      expect.objectContaining({ code: 'CORRUPT_HISTORY' }) as Error,
    );
  });
});

const PATHS: Record<SagaPhase, readonly SagaMove[]> = {
  new: [],
  running: ['SagaStarted'],
  compensating: ['SagaStarted', 'CompensationStarted'],
  completed: ['SagaStarted', 'SagaCompleted'],
  failed: ['SagaStarted', 'SagaFailed'],
  compensated: ['SagaStarted', 'CompensationStarted', 'SagaCompensated'],
  cancelled: ['SagaStarted', 'SagaCancelled'],
  terminated: ['SagaStarted', 'SagaTerminated'],
  continued: ['SagaStarted', 'SagaContinued'],
};
const SAGA_MOVES_ALL: readonly SagaMove[] = [
  'SagaStarted',
  'CompensationStarted',
  'SagaCompleted',
  'SagaFailed',
  'SagaCompensated',
  'SagaCancelled',
  'SagaTerminated',
  'SagaContinued',
  'UndoRequested',
];

function phaseAfter(moves: readonly SagaMove[]): SagaPhase {
  const events = moves.map((move): HistoryEvent => {
    switch (move) {
      case 'SagaStarted':
        return started;
      case 'SagaCompleted':
        return { type: move, result: null };
      case 'SagaTerminated':
        return { type: move, reason: 'test', standing: [] };
      case 'SagaContinued':
        return { type: move, input: null, version: 1, next: 'next' };
      case 'UndoRequested':
        return { type: move, reason: 'test' };
      default:
        return { type: move, error };
    }
  });
  return SagaState.of([{ at: 1, events }]).phase;
}

describe('the moves of an instance', () => {
  const phases = Object.keys(SAGA_MOVES) as SagaPhase[];

  it.each(phases.flatMap((from) => SAGA_MOVES_ALL.map((move) => [from, move] as const)))(
    'C4 %s by %s',
    (from, move) => {
      expect(phaseAfter(PATHS[from])).toBe(from);
      const to = moveSaga(from, move);
      if (to) expect(phaseAfter([...PATHS[from], move])).toBe(to);
      else
        expect(() => phaseAfter([...PATHS[from], move])).toThrow(
          expect.objectContaining({ code: 'CORRUPT_HISTORY' }) as Error,
        );
    },
  );

  it('S10 a delayed start begins once, and only that', () => {
    const delayed: HistoryEvent = { ...started, delayed: true };
    const stateOf = (...events: HistoryEvent[]): SagaState => SagaState.of([{ at: 1, events }]);
    const began: HistoryEvent = { type: 'SagaBegan' };
    expect(stateOf(delayed).status).toBe('delayed');
    expect(stateOf(delayed, { type: 'SagaPaused' }).status).toBe('paused');
    expect(stateOf(delayed, { type: 'SagaCancelled', error }).status).toBe('cancelled');
    expect(stateOf(delayed, began).status).toBe('running');
    for (const events of [
      [started, began],
      [delayed, began, began],
    ])
      expect(() => stateOf(...events)).toThrow(expect.objectContaining({ code: 'CORRUPT_HISTORY' }) as Error);
  });

  it('C4 nothing leaves an end, apart from what has completed and has to be undone', () => {
    for (const end of ['failed', 'compensated', 'cancelled', 'terminated', 'continued'] as const)
      expect(SAGA_MOVES[end]).toEqual({});
    expect(SAGA_MOVES.completed).toEqual({ UndoRequested: 'compensating' });
  });
});

describe('the cancellation of calls', () => {
  const calls: HistoryEvent[] = [
    { type: 'StepScheduled', call: 0, step: 'x', input: [] },
    { type: 'TimerStarted', call: 1, dueAt: 9 },
    { type: 'StepScheduled', call: 2, step: 'child', input: [], child: 'c' },
  ];
  const cancelled = { type: 'CallsCancelled', calls: [0, 1, 2] } as const;
  const open = (state: SagaState): unknown[] =>
    [...state.calls.values()].map((call) => (call.kind === 'step' ? [call.cancelled, call.abandoned] : call.open));

  it('C7 goes on without steps, closes timers, and waits for children', () => {
    const state = SagaState.of([{ at: 1, events: [started, ...calls, cancelled] }]);
    expect(open(state)).toEqual([[true, true], false, [true, false]]);
  });

  it('D5 is taken back whole, and is still there when only what came after it is', () => {
    const state = SagaState.of([{ at: 1, events: [started, ...calls] }]);
    const before = open(state);
    state.apply(cancelled, 1);
    const after = open(state);
    state.apply({ type: 'CompensationStarted', error }, 1);
    state.retract({ type: 'CompensationStarted', error });
    expect(open(state)).toEqual(after);
    state.retract(cancelled);
    expect(open(state)).toEqual(before);
  });

  it.each([
    ['never made', [5]],
    ['closed already', [1, 1]],
  ])('D5 cannot be of a call that was %s', (_what, twice) => {
    const history = [started, ...calls, { type: 'CallsCancelled', calls: twice } as const];
    expect(() => SagaState.of([{ at: 1, events: history }])).toThrow(
      expect.objectContaining({ code: 'CORRUPT_HISTORY' }) as Error,
    );
  });
});
