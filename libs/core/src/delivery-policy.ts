import type { DeliveryOutcome } from './cue.js';
import type { RecordedError } from './error-record.js';

/** How long a delivery is tried. Times are milliseconds. */
export interface DeliveryPolicy {
  /** The wait after the first failure; doubled after each. */
  readonly first: number;
  readonly longest: number;
  /** How long after its publication a cue is still tried. */
  readonly giveUpAfter: number;
}

export const DELIVERY_POLICY: DeliveryPolicy = { first: 1_000, longest: 300_000, giveUpAfter: 86_400_000 };

/** What follows a delivery that failed. @param chance from 0 to below 1: deliveries that failed together do not come back together */
export function afterFailure(
  { attempt, age }: { readonly attempt: number; readonly age: number },
  error: RecordedError,
  { first, longest, giveUpAfter }: DeliveryPolicy,
  chance: number,
): DeliveryOutcome {
  const full = Math.min(longest, first * 2 ** Math.min(attempt - 1, 30));
  const after = Math.round(full * (0.5 + chance / 2));
  return age + after > giveUpAfter ? { outcome: 'dead', error } : { outcome: 'retry', after, error };
}
