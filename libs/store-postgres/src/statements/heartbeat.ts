import type { Statement } from './statement.js';

/**
 * $1 worker, $2 milliseconds, $3 hosted as JSON. One row: registered or prolonged. None: it was taken for dead.
 * Locks: the worker's own row. Whoever takes it for dead skips a locked row, so a heartbeat on its way wins.
 */
export const heartbeat: Statement = {
  name: 'heartbeat',
  text: (schema) => `
insert into ${schema}.worker as mine (id, lease_until, hosted)
values ($1::uuid, now() + $2::bigint * interval '1 millisecond', $3::json)
on conflict (id) do update set lease_until = excluded.lease_until, hosted = excluded.hosted
where mine.freed_at is null
returning 1 as alive`,
};
