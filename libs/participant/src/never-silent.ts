import type { ParticipantServer } from './servers/server-recipe.js';

/**
 * Makes a server say so when an answer cannot be sent: an ordinary handler returned what JSON does not have, or more than the
 * transport takes. Nest only logs that, and the caller waits.
 */
export function neverSilent(server: ParticipantServer): ParticipantServer {
  const send = server.send.bind(server);
  server.send = (answers, respond) =>
    send(answers, async (packet) => {
      try {
        await respond(packet);
      } catch (cause) {
        await respond({ err: unsendable(cause), isDisposed: true });
      }
    });
  return server;
}

function unsendable(cause: unknown): object {
  const message = cause instanceof Error ? cause.message : String(cause);
  return {
    name: 'UnsendableAnswer',
    code: 'NOT_SERIALISABLE',
    message: `The handler has run, but its answer cannot be sent: ${message}`,
  };
}
