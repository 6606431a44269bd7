import type { Statement } from './statement.js';

/**
 * $1 worker: gives everything back, due at once, and ends the worker.
 * Its row stays, marked as dead, so that a claim of its own that is still on its way is freed by the next worker.
 * Locks: its own row and its instances.
 */
export const leave: Statement = {
  name: 'leave',
  text: (schema) => `
with ended as (
  update ${schema}.worker set freed_at = coalesce(freed_at, now()) where id = $1::uuid
)
update ${schema}.instance set owner = null, wake_at = now(), losses = 0, suspected = false
where owner = $1::uuid and closed_at is null`,
};
