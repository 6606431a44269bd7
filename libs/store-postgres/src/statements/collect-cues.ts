import { publishTail } from './publish-tail.js';
import type { Statement } from './statement.js';

/**
 * $1 shard, $2 run, $3 channel of hints, $4 subscribers that the caller serves: publishes what has left with turns of the run, in the order of the calls, and takes it out of what is leaving.
 * Locks: the rows that it takes; whoever collects the same run meanwhile waits for them, and publishes what came later after it.
 */
export const collectCues: Statement = {
  name: 'collect-cues',
  text: (schema) => `
with collected as (
  delete from ${schema}.outgoing where shard = $1::smallint and run = $2::uuid and kind = 'emit'
  returning message, name, to_id, input
),
published as (
  select message as id, name as event, to_id as key, input -> 0 as payload, input -> 1 as links,
    row_number() over (order by length(message), message) as place
  from collected
),
${publishTail(schema, '$3', '$4')}`,
};
