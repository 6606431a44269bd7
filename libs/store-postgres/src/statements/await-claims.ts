import type { Statement } from './statement.js';

/**
 * $1 worker: waits for a claim of the worker that is still running on the server, after the connection that asked for it was lost. What
 * comes after it sees what that claim took: it has to be a statement of its own, since a statement sees what was there when it began.
 * Locks: the worker's own row, which every claim holds `for share`.
 */
export const awaitClaims: Statement = {
  name: 'await-claims',
  text: (schema) => `select id from ${schema}.worker where id = $1::uuid for no key update`,
};
