/** How far an instance is, apart from whether it is parked in an incident, which may happen in any open phase. */
export type SagaPhase =
  | 'new'
  | 'running'
  | 'compensating'
  | 'completed'
  | 'failed'
  | 'compensated'
  | 'cancelled'
  | 'terminated'
  | 'continued';

export type SagaMove =
  | 'SagaStarted'
  | 'CompensationStarted'
  | 'SagaCompleted'
  | 'SagaFailed'
  | 'SagaCompensated'
  | 'SagaCancelled'
  | 'SagaTerminated'
  | 'SagaContinued'
  | 'UndoRequested';

/** Every legal move of one instance. A pair that is missing here cannot happen. */
export const SAGA_MOVES = {
  new: { SagaStarted: 'running' },
  running: {
    CompensationStarted: 'compensating',
    SagaCompleted: 'completed',
    SagaFailed: 'failed',
    SagaCancelled: 'cancelled',
    SagaTerminated: 'terminated',
    SagaContinued: 'continued',
  },
  compensating: { SagaCompensated: 'compensated', SagaCancelled: 'cancelled', SagaTerminated: 'terminated' },
  /** A parent that fails takes back a child that is done (law C6). */
  completed: { UndoRequested: 'compensating' },
  failed: {},
  compensated: {},
  cancelled: {},
  terminated: {},
  continued: {},
} as const satisfies Record<SagaPhase, Partial<Record<SagaMove, SagaPhase>>>;

/** Where the move leads, or undefined if it cannot happen. */
export function moveSaga(phase: SagaPhase, move: SagaMove): SagaPhase | undefined {
  return (SAGA_MOVES[phase] as Partial<Record<SagaMove, SagaPhase>>)[move];
}
