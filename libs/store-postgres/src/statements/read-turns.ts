import type { Statement } from './statement.js';

/** $1 shards, $2 runs: their turns in order, with the place of the run. Takes no lock: turns never change. */
export const readTurns: Statement = {
  name: 'read-turns',
  text: (schema) => `
select place::integer, turn.at, turn.events
from unnest($1::smallint[], $2::uuid[]) with ordinality as asked(shard, run, place)
cross join lateral (
  select history.seq, history.at, history.events from ${schema}.history
  where history.shard = asked.shard and history.run = asked.run
  order by history.seq
  offset 0
) turn
order by place, turn.seq`,
};
