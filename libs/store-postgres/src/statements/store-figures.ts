import type { Statement } from './statement.js';

/**
 * $1 the most to count: one row with open instances by saga and status as JSON, for how many milliseconds the one is due that nobody has
 * taken for longest, dead letters, and workers with a living lease. Hops from saga to saga along the index of open instances and counts in
 * the index of the list, so that neither ended nor waiting instances make it slow; the orders keep the planner on those indexes. Takes no locks.
 */
export const storeFigures: Statement = {
  name: 'store-figures',
  text: (schema) => `
with recursive kind as (
  (
    select instance.saga from ${schema}.instance
    where instance.closed_at is null
    order by instance.saga
    limit 1
  )
  union all
  select following.saga
  from kind
  cross join lateral (
    select instance.saga from ${schema}.instance
    where instance.closed_at is null and instance.saga > kind.saga
    order by instance.saga
    limit 1
  ) following
), counted as (
  select kind.saga, state.status, few.count
  from kind
  cross join (values ('delayed'), ('running'), ('paused'), ('compensating'), ('incident')) as state(status)
  cross join lateral (
    select count(*) as count from (
      select from ${schema}.instance
      where instance.saga = kind.saga and instance.status = state.status
      order by instance.saga, instance.status, instance.started_at, instance.run
      limit $1::integer
    ) one
  ) few
  where few.count > 0
)
select
  (
    select coalesce(json_agg(json_build_object('saga', saga, 'status', status, 'count', count)
      order by saga collate "C", status collate "C"), '[]'::json)
    from counted
  ) as open,
  coalesce((
    select greatest(0, extract(epoch from now() - instance.wake_at) * 1000)::bigint
    from ${schema}.instance
    where instance.owner is null and instance.closed_at is null and instance.wake_at < 'infinity'
    order by instance.wake_at
    limit 1
  ), 0) as overdue,
  (
    select count(*) from (
      select from ${schema}.cue_delivery where cue_delivery.state = 'dead' order by cue_delivery.settled_at limit $1::integer
    ) dead
  ) as dead_letters,
  (
    select count(*) from ${schema}.worker where worker.freed_at is null and worker.lease_until >= now()
  ) as workers`,
};
