import {
  isOpenWait,
  pivotBegun,
  recordError,
  SagaError,
  type Execution,
  type IncomingEvent,
  type Message,
  type ParentLink,
  type Reply,
  type SagaDefinition,
} from 'reprise/core';

/** What a message means to an instance: nothing, if it has no use for it (any more). */
export interface MessageEffect {
  readonly events: readonly IncomingEvent[];
  /** What its sender is told, apart from what the events lead to. */
  readonly reply?: Reply;
  /** What the log should say of it. */
  readonly warning?: string;
}

const NOTHING: MessageEffect = { events: [] };

export function messageEffect(message: Message, execution: Execution, definition: SagaDefinition): MessageEffect {
  const { state } = execution;
  switch (message.kind) {
    case 'signal':
      if (state.closed || !definition.signals.has(message.name) || state.signals.has(message.id)) return NOTHING;
      return { events: [{ type: 'SignalReceived', message: message.id, name: message.name, input: message.input }] };
    case 'update':
      return updateEffect(message, execution, definition);
    case 'cancel':
      if (state.cancelRequested || state.phase !== 'running') return NOTHING;
      if (pivotBegun(execution.steps, state))
        return { events: [], warning: 'A cancellation came after the pivot; it has no effect.' };
      return { events: [{ type: 'CancelRequested', ...(message.name ? { reason: message.name } : {}) }] };
    case 'result':
      // It is about a step, not for the code: see OpenWork.
      return NOTHING;
    case 'resume':
      return state.incident ? { events: [{ type: 'IncidentResolved', by: message.name }] } : NOTHING;
    case 'undo':
      return undoEffect(message, execution);
    case 'cue':
      return cueEffect(message, execution);
    case 'emit':
      // It leaves with a turn and comes to no instance.
      return NOTHING;
    case 'operate':
      // Not for the code either: see Operation.
      return NOTHING;
  }
}

/** A cue that this call still waits for, and that the instance has not had (law M6). */
function cueEffect({ name, input: [payload, about] }: Message, { state }: Execution): MessageEffect {
  const { cue, call, flow } = about as unknown as {
    readonly cue: string;
    readonly call: number;
    readonly flow: string;
  };
  const awaited = state.calls.get(call);
  if (!isOpenWait(awaited) || awaited.awaits.event !== name || state.cues.has(cue) || state.closed) return NOTHING;
  return { events: [{ type: 'CueReceived', call, cue, event: name, payload: payload!, flow }] };
}

function undoEffect({ name, input }: Message, { state, steps }: Execution): MessageEffect {
  if (state.phase !== 'completed') return NOTHING;
  const link = input[0] as unknown as ParentLink | undefined;
  const asked = link ? { for: link } : {};
  if (pivotBegun(steps, state))
    return { events: [{ type: 'UndoRefused', reason: 'it has passed its pivot', ...asked }] };
  return { events: [{ type: 'UndoRequested', reason: name, ...asked }] };
}

/** Accepted, or refused without a trace (law M3). One that was accepted before is answered from history. */
function updateEffect({ id, name, input }: Message, execution: Execution, definition: SagaDefinition): MessageEffect {
  const { state } = execution;
  const known = state.updates.get(id);
  if (known) return { events: [], reply: known };
  if (execution.parked || state.incident) return refused(parked());
  if (state.phase !== 'running') return refused(ended(state.phase));
  if (!definition.updates.has(name)) return refused(unknownUpdate(definition, name));
  try {
    execution.validateUpdate(name, input);
  } catch (error) {
    return refused(error);
  }
  return { events: [{ type: 'UpdateAccepted', update: id, name, input }] };
}

function refused(error: unknown): MessageEffect {
  return { events: [], reply: { stage: 'refused', error: recordError(error) } };
}

function parked(): SagaError {
  return new SagaError(
    'INSTANCE_PARKED',
    'The instance is parked in an incident and takes no updates.',
    'Send it again when the incident is resolved.',
  );
}

function ended(phase: string): SagaError {
  return new SagaError('INSTANCE_CLOSED', `The instance is ${phase} and takes no updates any more.`);
}

export function unknownUpdate({ name, updates }: SagaDefinition, update: string): SagaError {
  const known = [...updates].join(', ') || 'none';
  return new SagaError('UNKNOWN_UPDATE', `Saga "${name}" has no update "${update}".`, `It has: ${known}.`);
}
