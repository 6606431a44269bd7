import type { Statement } from './statement.js';

/**
 * Makes everything due that dead workers hold, and counts how often that came to pass since its last turn (law W5): of a worker that had
 * suspects only those.
 * A statement of its own after expire-workers: only a new snapshot surely sees what the worker claimed last.
 * Locks: the instance rows, waiting for appends on their way; what those write is durable before anybody reads the history.
 */
export const freeInstances: Statement = {
  name: 'free-instances',
  text: (schema) => `
with dead as materialized (
  select id, exists (
    select from ${schema}.instance
    where instance.owner = worker.id and instance.closed_at is null and instance.suspected
  ) as had_suspects
  from ${schema}.worker where freed_at is not null
)
update ${schema}.instance set
  owner = null,
  wake_at = now(),
  suspected = false,
  (losses, lost_at) = (
    select
      case
        when dead.had_suspects and not instance.suspected then instance.losses
        when max(seq) is distinct from instance.lost_at then 1
        else least(instance.losses + 1, 1000)
      end,
      case when dead.had_suspects and not instance.suspected then instance.lost_at else max(seq) end
    from ${schema}.history
    where history.shard = instance.shard and history.run = instance.run
  )
from dead
where instance.owner = dead.id and instance.closed_at is null`,
};
