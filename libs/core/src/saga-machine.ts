/** How far an instance is, apart from whether it is parked in an incident, which may happen in any open phase. */
export type SagaPhase = 'new' | 'running' | 'compensating' | 'completed' | 'failed' | 'compensated' | 'cancelled';

export type SagaMove =
  'SagaStarted' | 'CompensationStarted' | 'SagaCompleted' | 'SagaFailed' | 'SagaCompensated' | 'SagaCancelled';

/** Every legal move of one instance. A pair that is missing here cannot happen. */
export const SAGA_MOVES = {
  new: { SagaStarted: 'running' },
  running: {
    CompensationStarted: 'compensating',
    SagaCompleted: 'completed',
    SagaFailed: 'failed',
    SagaCancelled: 'cancelled',
  },
  compensating: { SagaCompensated: 'compensated', SagaCancelled: 'cancelled' },
  completed: {},
  failed: {},
  compensated: {},
  cancelled: {},
} as const satisfies Record<SagaPhase, Partial<Record<SagaMove, SagaPhase>>>;

/** Where the move leads, or undefined if it cannot happen. */
export function moveSaga(phase: SagaPhase, move: SagaMove): SagaPhase | undefined {
  return (SAGA_MOVES[phase] as Partial<Record<SagaMove, SagaPhase>>)[move];
}
