import type { RecordedError, RequestTrace } from 'reprise/core';

/**
 * - `queued`: durable, and not on its way as far as anybody knows: it waits for its turn or its next attempt, or was sent less than 2 s ago
 * - `sent`: handed to the transport; nobody has said that it arrived
 * - `received`: the participant has it and is handling it
 * - `handled`: the participant has an answer, which has not come back
 * - `answered`: its outcome is in the history; a cue is acknowledged
 * - `unknown`: it was given up without an answer, or nothing is on record of it
 */
export type DeliveryState = 'queued' | 'sent' | 'received' | 'handled' | 'answered' | 'unknown';

/**
 * The way of one remote step, or of one cue to one subscriber: its latest attempt. `queuedAt`, `sentAt` and `answeredAt` are by the clocks of
 * this side, `receivedAt` and `handledAt` by the participant's.
 */
export interface DeliveryRecord {
  readonly kind: 'step' | 'cue';
  /** The call in the saga's code. */
  readonly call: number;
  /** The name of the step's method; of a cue its event. */
  readonly name: string;
  /** `inventory`, absent where it is not known: the saga's code is not at hand, and nothing noted it. */
  readonly service?: string;
  /** `reserve`; `on.order.placed` for a cue. */
  readonly operation?: string;
  /** Of a cue: who hears it, as in dead letters. */
  readonly subscriber?: string;
  /** The idempotency key, by which the participant knows it; of a cue its id. */
  readonly key: string;
  /** 1 for the first; 0 for a cue that nobody has tried to deliver yet. */
  readonly attempt: number;
  readonly state: DeliveryState;
  readonly queuedAt: Date;
  readonly sentAt?: Date;
  readonly receivedAt?: Date;
  readonly handledAt?: Date;
  readonly answeredAt?: Date;
  /** When it is tried again by itself. */
  readonly retryAt?: Date;
  /** What was last heard of an attempt that failed. */
  readonly error?: Pick<RecordedError, 'name' | 'message' | 'code'>;
  /** What the participant says, where it was asked; `silent`: it did not answer, or cannot be asked. */
  readonly participant?: RequestTrace['state'] | 'silent';
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Leaves out what is not there. */
export function recordOf(
  record: Pick<DeliveryRecord, 'kind' | 'call' | 'name' | 'key' | 'attempt' | 'state'>,
  times: Partial<Record<'queued' | 'sent' | 'received' | 'handled' | 'answered' | 'retry', number | undefined>>,
  more: { readonly [K in 'service' | 'operation' | 'subscriber' | 'error']?: DeliveryRecord[K] | undefined },
): DeliveryRecord {
  const made: Partial<Mutable<DeliveryRecord>> = { ...record };
  if (more.service !== undefined) made.service = more.service;
  if (more.operation !== undefined) made.operation = more.operation;
  if (more.subscriber !== undefined) made.subscriber = more.subscriber;
  if (more.error !== undefined) made.error = bare(more.error);
  for (const [stage, time] of Object.entries(times)) {
    if (time !== undefined) made[`${stage as keyof typeof times}At`] = new Date(time);
  }
  return made as DeliveryRecord;
}

/** No data: it may be encoded, and it is nobody's business here. */
function bare({
  name,
  message,
  code,
}: Pick<RecordedError, 'name' | 'message' | 'code'>): DeliveryRecord['error'] & object {
  return { name, message, ...(code === undefined ? {} : { code }) };
}
