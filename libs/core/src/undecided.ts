import type { HistoryEvent, Turn } from './event.js';
import { parts } from './lineage.js';

/**
 * True if what the code decides upon the turn is in the one that follows: it was written by somebody who does not run the code, who
 * started an instance or parted one from another.
 */
export function isUndecided(turn: Turn, position: number): boolean {
  return parts(turn) || (position === 0 && turn.events.length === 1);
}

/** The turn that has what the code decided upon an undecided one; undefined when it is about to decide. */
export function decidedAfter(turns: readonly Turn[], position: number): Turn | undefined {
  return turns.slice(position + 1).find((turn) => !parts(turn));
}

/**
 * The code offended in a live delivery, whose decisions were dropped: mended code makes them again, and history has them after the
 * incident's end. A mismatch is found in a replay, where there is nothing to drop.
 */
export function droppedDecisions(event: HistoryEvent): boolean {
  return event.type === 'IncidentOpened' && event.call === undefined && event.code !== 'NON_DETERMINISTIC';
}
