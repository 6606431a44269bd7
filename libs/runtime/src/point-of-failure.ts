import { isDecision, type HistoryEvent, type RecordedError } from 'reprise/core';

/** Where a failed instance can be taken up again. */
export interface PointOfFailure {
  /** How many events come before it. */
  readonly events: number;
  /** The step whose failure ended the instance; absent when its code threw by itself. */
  readonly call?: number;
}

type Failure = Extract<HistoryEvent, { type: 'StepFailed' | 'StepOutcomeUnknown' }>;

/**
 * Where the instance failed: before the failure of a step that ended it, at once or because its error was thrown on; else before its end,
 * where its code threw.
 * @param call the failed step to go back to, where a person knows better
 * @returns undefined if that call has not failed
 */
export function pointOfFailure(events: readonly HistoryEvent[], call?: number): PointOfFailure | undefined {
  if (call !== undefined) return beforeFailure(events, (failure) => failure.call === call);
  const end = events.findLastIndex(({ type }) => type === 'SagaFailed');
  const ended = events[end];
  if (ended?.type !== 'SagaFailed') return undefined;
  const delivered = events.slice(0, end).findLast((event) => !isDecision(event));
  return beforeFailure(events, (failure) => failure === delivered || threw(failure, ended.error)) ?? { events: end };
}

/** Before the last failure of which it is true. */
function beforeFailure(events: readonly HistoryEvent[], is: (failure: Failure) => boolean): PointOfFailure | undefined {
  const at = events.findLastIndex((event) => isFailure(event) && is(event));
  if (at < 0) return undefined;
  const { call } = events[at] as Failure;
  // Who said so stands before it.
  const said = events[at - 1];
  return { events: said?.type === 'OperatorActed' && said.call === call ? at - 1 : at, call };
}

function isFailure(event: HistoryEvent): event is Failure {
  return event.type === 'StepFailed' || event.type === 'StepOutcomeUnknown';
}

/** True if the error that the code got for the step is the one that ended the instance, or one of its causes. */
function threw(failure: Failure, { name, message, cause }: RecordedError): boolean {
  const { error } = failure;
  const declared = failure.type === 'StepFailed' && failure.kind === 'declared';
  const itself = declared
    ? name === error.name && message === error.message
    : (name === 'StepFailedError' || name === 'StepUnknownError') && message.endsWith(`: ${error.message}`);
  return itself || (cause !== undefined && threw(failure, cause));
}
