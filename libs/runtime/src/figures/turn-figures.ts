import { isClosed, type HistoryEvent, type SagaState, type Turn } from 'reprise/core';
import type { SagaFigures } from './saga-figures.js';
import type { StepFigureOutcome } from './step-figures.js';

/** Counts what a turn says, once it is durable: so that nothing is counted twice, and nothing that a crash took back. */
export function countTurn(figures: SagaFigures, { at, events }: Turn, state: SagaState): void {
  for (const event of events) {
    if (event.type === 'CompensationStarted') figures.compensations.add();
    const outcome = outcomeOf(event);
    if (!outcome || !('call' in event)) continue;
    const step = state.step(event.call!)?.step;
    if (step !== undefined) figures.step(step).attempts[outcome].add();
  }
  const { status, startedAt } = state;
  if (!isClosed(status)) return;
  figures.closed(status).add();
  if (startedAt !== undefined) figures.duration.observe(Math.max(0, at - startedAt) / 1_000);
}

function outcomeOf(event: HistoryEvent): StepFigureOutcome | undefined {
  switch (event.type) {
    case 'StepCompleted':
      return 'completed';
    case 'StepAttemptFailed':
      return 'failed';
    case 'StepFailed':
      return event.kind;
    case 'StepOutcomeUnknown':
    case 'StepVerifying':
      return 'unknown';
    case 'StepDeferred':
      return 'deferred';
    case 'StepCompletedLate':
      return 'late';
    default:
      return undefined;
  }
}
