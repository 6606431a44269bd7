import type { Message } from 'reprise/core';
import { convertFields, type Convert } from './convert-fields.js';
import { MESSAGE_PAYLOADS } from './payload-fields.js';

/** A message belongs to an id, whichever run of it is the newest when it comes: its payloads are bound to what it is called itself. */
export function convertMessage(message: Message, convert: Convert): Promise<Message> {
  const { id, kind, name } = message;
  return convertFields(message, MESSAGE_PAYLOADS, `message ${id} ${kind} ${name}`, convert);
}
