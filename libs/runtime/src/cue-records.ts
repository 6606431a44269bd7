import {
  cueOperation,
  serviceSubscriber,
  type CueTrace,
  type EventEmitted,
  type RunOrigin,
  type Turn,
} from 'reprise/core';
import { recordOf, type DeliveryRecord } from './delivery-record.js';

/** An event that a run emitted. */
export interface Emission {
  /** The id of the cue. */
  readonly id: string;
  readonly call: number;
  readonly event: string;
  readonly at: number;
}

/** The events that a run emitted. What it took over from another run was published by that. */
export function emissionsOf(run: string, turns: readonly Turn[]): Emission[] {
  const emitted: (EventEmitted & { readonly at: number; by?: RunOrigin })[] = [];
  for (const { at, events } of turns) {
    for (const event of events) {
      if (event.type === 'EventEmitted') emitted.push({ ...event, at });
      if (event.type === 'SagaForked') for (const one of emitted) one.by ??= event.from;
    }
  }
  return emitted.map(({ call, event, at, by }) => ({ id: `${by?.run ?? run}:${call}`, call, event, at }));
}

/** The cues of a run, one record for each subscriber. */
export function cueRecords(emissions: readonly Emission[], traces: readonly CueTrace[]): DeliveryRecord[] {
  return emissions.flatMap((emission) => {
    const found = traces.filter(({ cue }) => cue === emission.id);
    return found.length > 0 ? found.map((trace) => recordOfCue(emission, trace)) : [gone(emission)];
  });
}

function recordOfCue({ id, call, event, at }: Emission, trace: CueTrace): DeliveryRecord {
  const { subscriber, state, attempts, sentAt, receivedAt, handledAt, settledAt, dueAt, error } = trace;
  const isTaken = state === 'pending' && attempts > 0 && error === undefined;
  const word = state === 'delivered' ? 'answered' : state === 'dead' ? 'unknown' : isTaken ? 'sent' : 'queued';
  return recordOf(
    { kind: 'cue', call, name: event, key: id, attempt: attempts, state: word },
    {
      queued: at,
      sent: sentAt,
      received: receivedAt,
      handled: handledAt,
      answered: state === 'delivered' ? settledAt : undefined,
      retry: word === 'queued' && error !== undefined ? dueAt : undefined,
    },
    { subscriber, error: state === 'delivered' ? undefined : error, ...addressOf(event, subscriber) },
  );
}

/** Nothing is on record any more: it was delivered to all who heard it and then removed, or dropped by somebody. */
function gone({ id, call, event, at }: Emission): DeliveryRecord {
  return recordOf({ kind: 'cue', call, name: event, key: id, attempt: 0, state: 'unknown' }, { queued: at }, {});
}

function addressOf(event: string, subscriber = ''): { service?: string; operation?: string } {
  const prefix = serviceSubscriber('');
  if (!subscriber.startsWith(prefix)) return {};
  return { service: subscriber.slice(prefix.length), operation: cueOperation(event) };
}
