import type { Statement } from './statement.js';

/**
 * Makes everything due that dead workers hold.
 * A statement of its own after expire-workers: only a new snapshot surely sees what the worker claimed last.
 * Locks: the instance rows, waiting for appends on their way; what those write is durable before anybody reads the history.
 */
export const freeInstances: Statement = {
  name: 'free-instances',
  text: (schema) => `
update ${schema}.instance set owner = null, wake_at = now()
from ${schema}.worker
where worker.freed_at is not null and instance.owner = worker.id and instance.closed_at is null`,
};
