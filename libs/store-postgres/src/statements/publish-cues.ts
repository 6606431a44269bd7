import { publishTail } from './publish-tail.js';
import type { Statement } from './statement.js';

/**
 * $1 ids, $2 events, $3 keys, $4 payloads, $5 links, $6 channel of hints, $7 subscribers that the caller serves: publishes events in the
 * order in which they stand. Locks: see publish-tail.
 */
export const publishCues: Statement = {
  name: 'publish-cues',
  text: (schema) => `
with published as (
  select id, event, key, payload, links, place
  from unnest($1::text[], $2::text[], $3::text[], $4::json[], $5::json[])
    with ordinality as incoming(id, event, key, payload, links, place)
),
${publishTail(schema, '$6', '$7')}`,
};
