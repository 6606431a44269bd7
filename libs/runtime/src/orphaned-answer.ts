import type { AttemptOutcome, Orphan, StepCall } from 'reprise/core';

/** What goes on record of an answer that nobody could take (law S7). */
export function orphanedAnswer(
  { call }: StepCall,
  attempt: number,
  ended: AttemptOutcome,
  reason: string,
): Omit<Orphan, 'key'> {
  const payload = ended.outcome === 'completed' ? { payload: ended.result } : {};
  return { id: `${call}:${attempt}`, reason, call, attempt, ...payload };
}

/** Why nobody could take it. @param elsewhere the instance is no longer in this process @param late its time was up */
export function orphanReason(closed: boolean, elsewhere: boolean, late: boolean): string {
  if (closed) return 'closed-instance';
  if (elsewhere) return 'instance-elsewhere';
  return late ? 'late-result' : 'duplicate-result';
}
