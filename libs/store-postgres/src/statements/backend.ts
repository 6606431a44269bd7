import type { Statement } from './statement.js';

/** The process of the server that answers. Takes no locks. */
export const backend: Statement = {
  name: 'backend',
  text: () => `select pg_backend_pid() as pid`,
};
