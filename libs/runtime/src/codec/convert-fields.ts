import type { CarriedSignal, HistoryEvent, Json, RecordedError, Turn } from 'reprise/core';
import { EVENT_PAYLOADS, type PayloadKind } from './payload-fields.js';

/** Encodes or decodes one payload. */
export type Convert = (payload: Json, binding: string) => Promise<Json>;

/** A copy of `value` with its payloads converted; `value` itself when it has none. */
export async function convertFields<T extends object>(
  value: T,
  fields: Readonly<Record<string, PayloadKind>>,
  binding: string,
  convert: Convert,
): Promise<T> {
  let copy: T | undefined;
  for (const name in fields) {
    const field = (value as Readonly<Record<string, unknown>>)[name];
    if (field === undefined) continue;
    const converted = await convertField(fields[name]!, field, `${binding} ${name}`, convert);
    if (converted !== field) copy = { ...(copy ?? value), [name]: converted };
  }
  return copy ?? value;
}

/** A turn of one run. What a payload is bound to is the same in every copy of the run's history, wherever the turn stands in it. */
export async function convertTurn(run: string, { at, events }: Turn, convert: Convert): Promise<Turn> {
  return { at, events: await Promise.all(events.map((event) => convertEvent(run, event, convert))) };
}

function convertEvent(run: string, event: HistoryEvent, convert: Convert): Promise<HistoryEvent> {
  return convertFields(event, EVENT_PAYLOADS[event.type], `${run} ${event.type}${nameOf(event)}`, convert);
}

/** What tells an event from others of its type: the call and the attempt, or the message. */
function nameOf(event: HistoryEvent): string {
  const { call, attempt, message, update } = event as {
    call?: number;
    attempt?: number;
    message?: string;
    update?: string;
  };
  return [call, attempt, event.type === 'SignalReceived' ? message : update]
    .filter((name) => name !== undefined)
    .map((name) => ` ${name}`)
    .join('');
}

async function convertField(kind: PayloadKind, field: unknown, binding: string, convert: Convert): Promise<unknown> {
  switch (kind) {
    case 'payload':
      return convert(field as Json, binding);
    case 'payloads':
      return Promise.all((field as readonly Json[]).map((payload, i) => convert(payload, `${binding} ${i}`)));
    case 'signals':
      return Promise.all(
        (field as readonly CarriedSignal[]).map((signal) =>
          convertFields(signal, { input: 'payloads' }, `${binding} ${signal.message}`, convert),
        ),
      );
    case 'error':
      return convertError(field as RecordedError, binding, convert);
  }
}

async function convertError(error: RecordedError, binding: string, convert: Convert): Promise<RecordedError> {
  if (error.data === undefined && error.cause === undefined) return error;
  return {
    ...error,
    ...(error.data === undefined ? {} : { data: await convert(error.data, `${binding} data`) }),
    ...(error.cause === undefined ? {} : { cause: await convertError(error.cause, `${binding} cause`, convert) }),
  };
}
