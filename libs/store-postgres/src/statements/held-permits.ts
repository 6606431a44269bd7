import type { Statement } from './statement.js';

/** $1 worker: the permits that it holds. Takes no lock: nobody else grants to it. */
export const heldPermits: Statement = {
  name: 'held-permits',
  text: (schema) => `
select saga, step, id from ${schema}.permit where worker = $1::uuid and granted_at is not null and ended_at is null`,
};
