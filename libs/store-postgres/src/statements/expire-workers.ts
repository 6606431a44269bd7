import type { Statement } from './statement.js';

/**
 * Takes workers for dead whose lease has run out, and forgets those that have been dead for a day and hold nothing.
 * Answers whether a dead worker still holds instances; also true after a crash between this statement and the next.
 * Locks: `skip locked` leaves a worker alone whose heartbeat or claim is just on its way.
 */
export const expireWorkers: Statement = {
  name: 'expire-workers',
  text: (schema) => `
with expired as (
  update ${schema}.worker set freed_at = now()
  where id in (
    select id from ${schema}.worker where freed_at is null and lease_until < now() for no key update skip locked
  )
  returning id
),
forgotten as (
  delete from ${schema}.worker
  where freed_at < now() - interval '1 day'
    and not exists (select from ${schema}.instance where instance.owner = worker.id and instance.closed_at is null)
    and not exists (select from ${schema}.permit where permit.worker = worker.id)
)
select exists (select from expired) or exists (
  select from ${schema}.worker
  where freed_at is not null
    and exists (select from ${schema}.instance where instance.owner = worker.id and instance.closed_at is null)
) as held`,
};
