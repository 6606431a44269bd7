import type { Statement } from './statement.js';

/**
 * $1 worker, $2 shards, $3 runs: makes everything due that the worker owns, apart from these: what a claim gave it whose answer was lost.
 * Locks: the instance rows.
 */
export const freeOthers: Statement = {
  name: 'free-others',
  text: (schema) => `
update ${schema}.instance set owner = null, wake_at = now()
where owner = $1::uuid and closed_at is null
  and not exists (
    select from unnest($2::smallint[], $3::uuid[]) as held(shard, run)
    where held.shard = instance.shard and held.run = instance.run
  )`,
};
