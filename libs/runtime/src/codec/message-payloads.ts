import type { Json, Message } from 'reprise/core';
import { convertFields, type Convert } from './convert-fields.js';
import { MESSAGE_PAYLOADS } from './payload-fields.js';

/** A message belongs to an id, whichever run of it is the newest when it comes: its payloads are bound to what it is called itself. */
export function convertMessage(message: Message, convert: Convert): Promise<Message> {
  const { id, kind, name, input } = message;
  // What an emitted event comes from, and what it is found by, is read where nobody decodes.
  if (kind === 'emit') return convertEmitted(message, input[0]!, convert);
  return convertFields(message, MESSAGE_PAYLOADS, `message ${id} ${kind} ${name}`, convert);
}

async function convertEmitted(message: Message, payload: Json, convert: Convert): Promise<Message> {
  const converted = await convert(payload, cueBinding(message.id, message.name));
  return { ...message, input: [converted, ...message.input.slice(1)] };
}

/** A cue is bound to its id, wherever it is on its way. */
export function cueBinding(id: string, event: string): string {
  return `cue ${id} ${event}`;
}
