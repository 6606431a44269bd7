import {
  isOpenStep,
  pivotBegun,
  recordError,
  SagaError,
  type BranchAction,
  type Execution,
  type IncomingEvent,
  type OperatorAction,
  type OperatorRequest,
  type SagaState,
  type StepCall,
  type StepDefinitions,
} from 'reprise/core';

/** What an operator's action does to an instance as it stands: the events of it, or why it cannot be. */
export function operationEvents(
  { state, steps }: Pick<Execution, 'state' | 'steps'>,
  action: Exclude<OperatorAction, BranchAction>,
  request: OperatorRequest,
): readonly IncomingEvent[] | SagaError {
  if (state.closed) return refusal(`The instance is ${state.status}: nothing can be done to it any more.`);
  switch (action) {
    case 'retry':
      return retry(state, request);
    case 'editInput':
      return editInput(state, steps, request);
    case 'complete':
    case 'fail':
    case 'didNotHappen':
      return settle(state, action, request);
    case 'skipCompensation':
      return skip(state, request);
    case 'terminate':
      if (state.over) return refusal('The code of the instance has ended, and only open calls are left.', OPEN_CALLS);
      return [{ type: 'SagaTerminated', reason: request.reason, standing: standing(state) }];
    case 'cancel':
      if (state.cancelRequested) return refusal('The instance is being cancelled already.');
      if (state.phase !== 'running')
        return refusal(`The instance is ${state.phase}: it is not to be cancelled any more.`);
      if (pivotBegun(steps, state)) return refusal('The instance has begun its pivot: there is no way back.', FORWARD);
      return [{ type: 'CancelRequested', reason: request.reason }];
    case 'pause':
      return state.paused ? refusal('The instance is paused already.') : [{ type: 'SagaPaused' }];
    case 'resume':
      if (state.paused) return [{ type: 'SagaUnpaused' }];
      return refusal('The instance is not paused.', 'To let an incident try again, use retry.');
  }
}

const FORWARD = 'Help it forward, or terminate it.';
const OPEN_CALLS = 'Complete, fail or skip those.';

/** The error of a step of which an operator said that it did not happen. */
export function didNotHappen(reason = ''): SagaError {
  return new SagaError('STEP_DID_NOT_HAPPEN', reason || 'An operator looked, and it did not happen.');
}

function retry(state: SagaState, { call, by }: OperatorRequest): readonly IncomingEvent[] | SagaError {
  if (state.paused) return refusal('The instance is paused.', 'Resume it first.');
  if (call !== undefined) {
    const step = stepOf(state, call);
    if (step instanceof SagaError) return step;
    if (step.state === 'retrying') return [{ type: 'StepRetryRequested', call }];
    return refusal(`${named(step)} is ${step.state}: no attempt of it is due.`, adviceFor(step));
  }
  const { incident } = state;
  const events: IncomingEvent[] = incident && incident.call === undefined ? [{ type: 'IncidentResolved', by }] : [];
  for (const step of state.openSteps())
    if (step.state === 'retrying') events.push({ type: 'StepRetryRequested', call: step.call });
  return events.length > 0 ? events : refusal('The instance has no incident, and no step of it waits for a retry.');
}

/** How often the input of one call may be edited: each edit has numbers of its own among the records of transactional steps. */
const MOST_EDITS = 1_000;

/** Without doing the old request and the new one: nobody may have done, or may still do, the old one (law S3). */
function editInput(
  state: SagaState,
  steps: StepDefinitions,
  { call, input = [], happened }: OperatorRequest,
): readonly IncomingEvent[] | SagaError {
  const step = stepOf(state, call);
  if (step instanceof SagaError) return step;
  if (!isOpenStep(step)) return refusal(`${named(step)} is ${step.state}: its outcome is known to the code.`);
  if (step.abandoned) return refusal(`${named(step)} is not tried any more: the saga went on without it.`, SAY_HOW);
  const definition = steps.of(step);
  if (step.child !== undefined || definition?.engine)
    return refusal(`${named(step)} is a child, whose input is its own.`, 'Operate on the child.');
  if (step.state === 'deferred') return refusal(`${named(step)} is in the hands of whoever has its token.`, SAY_HOW);
  if (step.state === 'scheduled') return refusal(`The first attempt of ${named(step)} has not ended.`, SAY_HOW);
  if ((step.edits ?? 0) >= MOST_EDITS) return refusal(`${named(step)} was edited ${MOST_EDITS} times.`, SAY_HOW);
  // What a transactional step has done, the database knows; of others only a person does.
  if (happened !== false && !definition?.policy.transactional)
    return refusal(
      `Nobody knows whether an attempt of ${named(step)} had an effect: the new input would be done beside it.`,
      'Look. If none had and none can have, say { happened: false }; else complete it.',
    );
  return [{ type: 'StepInputEdited', call: step.call, input }];
}

const SAY_HOW = 'Wait, or say how it ended.';

function settle(
  state: SagaState,
  action: 'complete' | 'fail' | 'didNotHappen',
  { call, result = null, error, reason }: OperatorRequest,
): readonly IncomingEvent[] | SagaError {
  const step = stepOf(state, call);
  if (step instanceof SagaError) return step;
  if (!isOpenStep(step)) return refusal(`${named(step)} is ${step.state}: its outcome is known to the code.`);
  const attempt = step.failures + 1;
  if (action === 'complete') return [{ type: 'StepCompleted', call: step.call, attempt, result }];
  if (step.undoes !== undefined)
    return refusal(`${named(step)} is a compensation, which cannot fail.`, 'Retry, complete or skip it.');
  const failed = { type: 'StepFailed', call: step.call, attempt } as const;
  return action === 'fail'
    ? [{ ...failed, kind: 'fatal', error: error ?? recordError(new Error(reason)) }]
    : [{ ...failed, kind: 'absent', error: recordError(didNotHappen(reason)) }];
}

function skip(state: SagaState, { call }: OperatorRequest): readonly IncomingEvent[] | SagaError {
  const step = stepOf(state, call);
  if (step instanceof SagaError) return step;
  if (step.undoes === undefined)
    return refusal(`${named(step)} is not a compensation.`, 'Name the call of the compensation, not of its step.');
  if (!isOpenStep(step)) return refusal(`${named(step)} is ${step.state}: there is nothing to skip.`);
  return [{ type: 'StepSkipped', call: step.call }];
}

/** Steps whose effect is there, or may be, and was not taken back. */
function standing(state: SagaState): { call: number; step: string; state: string }[] {
  return [...state.calls.values()].flatMap((call) => {
    if (call.kind !== 'step' || call.undoes !== undefined || GONE.has(call.state)) return [];
    return [{ call: call.call, step: call.step, state: call.state }];
  });
}

const GONE: ReadonlySet<string> = new Set(['declared', 'absent', 'compensated']);

function stepOf(state: SagaState, call: number | undefined): StepCall | SagaError {
  const step = call === undefined ? undefined : state.step(call);
  return step ?? refusal(`The instance has no step with the call ${call}.`, 'Its history lists the calls.');
}

function named({ step, call }: StepCall): string {
  return `Step "${step}" (call ${call})`;
}

function adviceFor({ state }: StepCall): string {
  return state === 'deferred' ? 'Complete it, or fail it.' : '';
}

function refusal(what: string, advice?: string): SagaError {
  return new SagaError('OPERATION_REFUSED', what, advice);
}
