import { isDecision, isUndecided, type Turn } from 'reprise/core';

/**
 * After how many events a history can be cut, so that another instance goes on from there: where the code has decided upon everything
 * that came in, or upon everything but the last, which then comes in again. Between two decisions upon one event there is no such place.
 */
export function validCuts(turns: readonly Turn[]): number[] {
  const events = turns.flatMap((turn) => turn.events);
  const undecided = turns.flatMap((turn, position) => turn.events.map(() => isUndecided(turn, position)));
  const valid: number[] = [];
  let held = false;
  for (const [index, event] of events.entries()) {
    const next = events[index + 1];
    const leads = next !== undefined && isDecision(next);
    if (event.type === 'IncidentOpened' && event.call === undefined) held = true;
    const freed = held && event.type === 'IncidentResolved';
    if (freed) held = false;
    if (held) continue;
    // What the code decides upon such a turn, or upon the end of an incident, is in the next.
    if (freed || undecided[index]) {
      if (next && !leads && !undecided[index + 1]) valid.push(index + 1);
    } else if (!leads || (index > 0 && !isDecision(event))) valid.push(index + 1);
  }
  return valid;
}
