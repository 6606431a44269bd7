import { RefusedEnvelopes } from 'reprise/core';
import type { ParticipantServer } from './servers/server-recipe.js';

/**
 * Packets that were refused before they were a request: what no server could read belongs to no handler and to no module, so it is counted
 * for the process.
 */
export const unreadablePackets = new RefusedEnvelopes();

interface Reader {
  deserialize(value: never, options?: never): unknown;
}

/** Makes a server count what it cannot read. Nest only logs that, and goes on. */
export function countUnreadable(transport: string, server: ParticipantServer): ParticipantServer {
  const readable = server as unknown as { deserializer?: Reader };
  const reader = readable.deserializer;
  if (reader === undefined) return server;
  const note = (): void => unreadablePackets.note('BAD_REQUEST_ENVELOPE', transport);
  readable.deserializer = {
    deserialize(value, options) {
      // What is not JSON is handed on as the text that it was.
      if (typeof value === 'string') note();
      try {
        return reader.deserialize(value, options);
      } catch (error) {
        note();
        throw error;
      }
    },
  };
  return server;
}
