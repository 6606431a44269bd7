import { isOpenStep, type StepCall } from './call-state.js';
import { childFailure } from './child-step.js';
import { emission } from './emitted-cue.js';
import type { HistoryEvent, Turn } from './event.js';
import { shardOf } from './shard.js';
import type { Message, OutgoingMessage } from './message.js';
import type { OperatorRequest } from './operator-event.js';
import type { Json } from './json.js';
import type { ParentLink } from './parent-link.js';
import { recordError } from './recorded-error.js';
import { SagaError } from './saga-error.js';
import type { SagaState } from './saga-state.js';
import type { StepResult } from './step-result.js';

/** What an instance has to tell others when a turn is durable: its parent how it ended, its children that they have to end (law C6),
 * and to everybody what it emitted (law M6). */
export function outgoingOf(turn: Turn, state: SagaState, id: string, run: string): OutgoingMessage[] {
  const outgoing: OutgoingMessage[] = [];
  for (const event of turn.events) {
    const word = toParent(event, state, id, run);
    if (word) outgoing.push(word);
    if (event.type === 'EventEmitted') outgoing.push(emission(event, turn.at, state, id, run));
    outgoing.push(...toChildren(endedBy(event, state), id, run));
  }
  return outgoing;
}

function toParent(event: HistoryEvent, state: SagaState, id: string, run: string): OutgoingMessage | undefined {
  if (event.type === 'UndoRefused') return event.for && resultFor(event.for, run, refused(id, event.reason));
  const link = state.undoing ? state.undoing.for : state.started?.parent;
  const told = link && endOf(event, id);
  if (!told) return undefined;
  const result = state.undoing && event.type === 'SagaCompensated' ? ({ outcome: 'completed' } as const) : told;
  return resultFor(link, run, result);
}

type Told = Omit<StepResult, 'run' | 'call'>;

function endOf(event: HistoryEvent, id: string): Told | undefined {
  switch (event.type) {
    case 'SagaCompleted':
      return { outcome: 'completed', result: event.result };
    case 'SagaFailed':
      return { outcome: 'declared', error: childFailure(id, 'failed', event.error) };
    case 'SagaCompensated':
      return { outcome: 'declared', error: childFailure(id, 'compensated', event.error) };
    case 'SagaCancelled':
      return { outcome: 'declared', error: childFailure(id, 'cancelled', event.error) };
    case 'SagaTerminated':
      // What it did stands, and nobody knows how much that is.
      return {
        outcome: 'fatal',
        error: { name: 'SagaTerminated', message: `Child "${id}" was terminated: ${event.reason}` },
      };
    default:
      return undefined;
  }
}

/** A child that stays as it is: a person has to help its parent. */
function refused(id: string, reason: string): Told {
  const cause = new SagaError(
    'UNDO_IMPOSSIBLE',
    `Child "${id}" cannot be undone: ${reason}.`,
    'Take back by hand what has to be, and skip the compensation.',
  );
  return { outcome: 'fatal', error: recordError(cause) };
}

function resultFor({ id, run, call }: ParentLink, from: string, told: Told): OutgoingMessage {
  const result = { run, call, ...told } as unknown as Json;
  return {
    to: { shard: shardOf(id), id },
    message: { id: `${from}:${run}:${call}`, kind: 'result', name: told.outcome, input: [result] },
  };
}

function toChildren(children: readonly StepCall[], id: string, run: string): OutgoingMessage[] {
  return children.map((step) => ({
    to: { shard: shardOf(step.child!), id: step.child! },
    message: lastWord(step, id, run),
  }));
}

/** A child that outlives its parent is cancelled, or terminated if it was made so: its third argument says it. */
function lastWord({ call, input }: StepCall, id: string, run: string): Message {
  const reason = `its parent "${id}" ended or was cancelled`;
  if (input[2] !== 'terminate') return { id: `${run}:${call}:cancel`, kind: 'cancel', name: reason, input: [] };
  const request: OperatorRequest = { by: id, reason };
  return { id: `${run}:${call}:terminate`, kind: 'operate', name: 'terminate', input: [request as unknown as Json] };
}

/** The children that have to end because of an event. */
function endedBy(event: HistoryEvent, state: SagaState): StepCall[] {
  switch (event.type) {
    case 'CancelRequested':
      return openChildren(state).filter(({ cancelled }) => cancelled);
    case 'CallsCancelled':
      return openChildren(state).filter(({ call }) => event.calls.includes(call));
    case 'CompensationStarted':
    case 'SagaCompleted':
    case 'SagaFailed':
    case 'SagaCompensated':
    case 'SagaCancelled':
    case 'SagaTerminated':
      return openChildren(state);
    case 'StepDeferred': {
      // It began after it was cancelled, or after its parent had ended.
      const step = state.step(event.call);
      return step && isOpenChild(step) && (step.cancelled || state.phase !== 'running') ? [step] : [];
    }
    default:
      return [];
  }
}

function openChildren(state: SagaState): StepCall[] {
  return state.openSteps().filter(isOpenChild);
}

function isOpenChild(step: StepCall): boolean {
  return step.child !== undefined && step.undoes === undefined && isOpenStep(step);
}
