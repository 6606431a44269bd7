import type { HistoryEvent } from 'reprise/core';
import type { OpenWork } from './open-work.js';

/** What acting on events asks of the instance that they happened to. */
export interface Actor {
  readonly work: OpenWork;
  parked(incident: { readonly code: string; readonly message: string }): void;
  /** An incident is resolved, or a pause is over. */
  resumed(): void;
}

/** Acts on one event of a turn that is durable (laws S1, S2): the history is its own outbox. */
export function actOn(event: HistoryEvent, { work, parked, resumed }: Actor): void {
  switch (event.type) {
    case 'StepScheduled':
      return work.begin(event.call);
    case 'StepAttemptFailed':
      return event.retryAt === undefined ? undefined : work.retry(event.call, event.retryAt);
    case 'StepVerifying':
      // The step is over; what is due is a look whether it happened.
      work.settled(event.call);
      return work.retry(event.call, 0);
    case 'StepCompleted':
    case 'StepFailed':
    case 'StepOutcomeUnknown':
    case 'StepSkipped':
      return work.settled(event.call);
    case 'TimerStarted':
    case 'StepDeferred':
    case 'WaitStarted':
      return work.awaitTime(event.call);
    case 'CueAwaited':
      work.waits.begin(event.call);
      return work.awaitTime(event.call);
    case 'CueReceived':
    case 'WaitTimedOut':
      work.settled(event.call);
      return work.waits.end();
    case 'CancelRequested':
    case 'CallsCancelled':
    case 'CompensationStarted':
    case 'UndoRequested':
      work.waits.end();
      return work.abandon();
    case 'IncidentOpened':
      return parked(event);
    case 'StepRetryRequested':
      return work.retry(event.call, 0);
    case 'StepInputEdited':
      return work.renew(event.call);
    case 'IncidentResolved':
    case 'SagaUnpaused':
      return resumed();
  }
}
