import type { Statement } from './statement.js';

/** $1 channel, $2 payload: says it to all who listen. Takes no locks but that of the queue of notifications, when it commits. */
export const notify: Statement = {
  name: 'notify',
  text: () => `select pg_notify($1::text, $2::text)`,
};
