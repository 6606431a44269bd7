import { milliseconds, type Duration } from './duration.js';
import { SagaError } from './saga-error.js';
import { isClosed, type ClosedStatus, type SagaStatus } from './saga-status.js';

/**
 * How long ended instances are kept, counted from their end; `Infinity` is for ever. By end status, where they differ: a status that is
 * not named is kept for ever.
 * @example '30 days'
 * @example { completed: '7 days', failed: '90 days' }
 */
export type Retention = Duration | Readonly<Partial<Record<ClosedStatus, Duration>>>;

/** Which instances may go: those of a saga that ended with a status, so many milliseconds ago. */
export interface RetentionPolicy {
  readonly saga: string;
  readonly status: ClosedStatus;
  readonly keep: number;
}

const ENDS: readonly ClosedStatus[] = ['completed', 'failed', 'compensated', 'cancelled', 'terminated'];

/**
 * The policies of one saga; none for what is kept for ever.
 * @throws SagaError `INVALID_DURATION`, `INVALID_CONFIGURATION` for a status that is no end
 */
export function retentionPolicies(saga: string, retention: Retention): RetentionPolicy[] {
  const byStatus =
    typeof retention === 'object' && retention !== null
      ? Object.entries(retention)
      : ENDS.map((status) => [status, retention] as const);
  return byStatus.flatMap(([status, duration]) => {
    if (!isClosed(status as SagaStatus)) throw noEnd(status);
    if (duration === undefined || duration === Infinity) return [];
    return [{ saga, status: status as ClosedStatus, keep: milliseconds(duration) }];
  });
}

function noEnd(status: string): SagaError {
  return new SagaError(
    'INVALID_CONFIGURATION',
    `"${status}" in a retention is not how a saga ends.`,
    `The ends are ${ENDS.join(', ')}.`,
  );
}
