/** Where an instance stands. `delayed` is one whose start has a delay that is not over; `continued` is the end of a run whose work another run of the same id took over. */
export type OpenStatus = 'delayed' | 'running' | 'paused' | 'compensating' | 'incident';
export type ClosedStatus = 'completed' | 'failed' | 'compensated' | 'cancelled' | 'terminated' | 'continued';
export type SagaStatus = OpenStatus | ClosedStatus;

const CLOSED: ReadonlySet<SagaStatus> = new Set<SagaStatus>([
  'completed',
  'failed',
  'compensated',
  'cancelled',
  'terminated',
  'continued',
]);

/** True for an end state: nothing will be appended any more. */
export function isClosed(status: SagaStatus): status is ClosedStatus {
  return CLOSED.has(status);
}
