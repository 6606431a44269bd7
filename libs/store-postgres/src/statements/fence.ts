/**
 * The fence of both append statements: lets a row of `incoming(shard, run, seq, …)` through only if the worker $1 owns the instance
 * (law W2) and history ends right before `seq` (law W3).
 *
 * Locks: the instance's row `for no key update`, so that ownership cannot change before the append is durable. The laterals with
 * `limit 1` make the planner look each instance up by its key, whatever it believes about the number of rows.
 */
export function fence(schema: string): string {
  return `cross join lateral (
    select from ${schema}.instance
    where instance.shard = incoming.shard and instance.run = incoming.run and instance.owner = $1::uuid
    limit 1 for no key update
  ) held
  cross join lateral (
    select from ${schema}.history
    where history.shard = incoming.shard and history.run = incoming.run and history.seq = incoming.seq - 1
    limit 1
  ) previous`;
}
