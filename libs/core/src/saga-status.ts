/** Where an instance stands. `compensating` and `incident` are open; the last five are ends (law C4). */
export type OpenStatus = 'running' | 'compensating' | 'incident';
export type ClosedStatus = 'completed' | 'failed' | 'compensated' | 'cancelled' | 'terminated';
export type SagaStatus = OpenStatus | ClosedStatus;

const CLOSED: ReadonlySet<SagaStatus> = new Set<SagaStatus>([
  'completed',
  'failed',
  'compensated',
  'cancelled',
  'terminated',
]);

/** True for an end state: nothing will be appended any more. */
export function isClosed(status: SagaStatus): status is ClosedStatus {
  return CLOSED.has(status);
}
