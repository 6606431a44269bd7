import {
  awaitsPerson,
  idempotencyKey,
  isOpenStep,
  type CommandAddress,
  type DeliveryTimes,
  type HistoryEvent,
  type SentAttempt,
  type StepCall,
  type Turn,
} from 'reprise/core';
import { recordOf, type DeliveryRecord } from './delivery-record.js';
import type { KnownState } from './known-state.js';
import { placeOf } from './record-keys.js';

/** What the history says of the end of an attempt. */
interface Ended {
  readonly at: number;
  readonly attempt: number;
  readonly delivery?: DeliveryTimes;
}

/** The remote steps of a run, by call, as this side knows them. @param noted requests that were under way for long */
export function stepRecords(
  run: string,
  turns: readonly Turn[],
  { state, steps }: KnownState,
  noted: readonly SentAttempt[],
): DeliveryRecord[] {
  const ends = lastEnds(turns);
  const notes = new Map(noted.map((one) => [one.call, one]));
  return [...state.calls.values()].flatMap((call) => {
    if (call.kind !== 'step' || call.child !== undefined) return [];
    const [note, end] = [notes.get(placeOf(call)), ends.get(call.call)];
    const definition = steps?.attemptedOf(call);
    const address = definition?.command ?? note ?? addressIn(call.step);
    const isRemote = definition
      ? definition.command !== undefined
      : address !== undefined || end?.delivery !== undefined;
    return isRemote ? [recordOfStep(run, call, address, note, end)] : [];
  });
}

function recordOfStep(
  run: string,
  step: StepCall,
  address: CommandAddress | undefined,
  note: SentAttempt | undefined,
  end: Ended | undefined,
): DeliveryRecord {
  const { call, step: name, scheduledAt: queued, error, retryAt } = step;
  const next = step.failures + 1;
  const named = { kind: 'step', call, name, key: idempotencyKey(run, step) } as const;
  const where = { service: address?.service, operation: address?.operation };
  if (isOpenStep(step) && note?.attempt === next) {
    return recordOf({ ...named, attempt: next, state: 'sent' }, { queued, sent: note.sentAt }, { ...where, error });
  }
  const { delivery } = end ?? {};
  const sent = delivery?.sent ?? (note && note.attempt === end?.attempt ? note.sentAt : undefined);
  const times = { queued, sent, received: delivery?.received, handled: delivery?.handled };
  if (isOpenStep(step)) {
    return awaitsPerson(step)
      ? recordOf({ ...named, attempt: step.failures, state: 'unknown' }, times, { ...where, error })
      : recordOf({ ...named, attempt: next, state: 'queued' }, { ...times, retry: retryAt }, { ...where, error });
  }
  if (step.state === 'unknown' || !end) {
    return recordOf({ ...named, attempt: end?.attempt ?? step.failures, state: 'unknown' }, times, { ...where, error });
  }
  return recordOf(
    { ...named, attempt: end.attempt, state: 'answered' },
    { ...times, answered: end.at },
    { ...where, error: step.result === undefined ? error : undefined },
  );
}

/** A step that the code made up has the name of its command; a method's name has no dot. */
function addressIn(step: string): CommandAddress | undefined {
  const dot = step.indexOf('.');
  return dot < 0 ? undefined : { service: step.slice(0, dot), operation: step.slice(dot + 1) };
}

function lastEnds(turns: readonly Turn[]): ReadonlyMap<number, Ended> {
  const ends = new Map<number, Ended>();
  for (const { at, events } of turns) for (const event of events) note(ends, event, at);
  return ends;
}

function note(ends: Map<number, Ended>, event: HistoryEvent, at: number): void {
  switch (event.type) {
    case 'StepCompleted':
    case 'StepCompletedLate':
    case 'StepFailed':
    case 'StepAttemptFailed': {
      const { attempt, delivery } = event;
      ends.set(event.call, { at, attempt, ...(delivery === undefined ? {} : { delivery }) });
      return;
    }
    case 'StepInputEdited':
      ends.delete(event.call);
      return;
    default:
      return;
  }
}
