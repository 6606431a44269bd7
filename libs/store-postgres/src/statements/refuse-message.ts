import type { Statement } from './statement.js';

/**
 * $1 shard, $2 id, $3 message id, $4 kind, $5 name, $6 input: puts a message that nobody takes on record as an orphan (law S7).
 * Answers `closed` or `unknown`; no row when the id has an open run after all, so that the message has to be posted again: that run may
 * have begun while post-message waited for the end of the one before. Takes no lock.
 */
export const refuseMessage: Statement = {
  name: 'refuse-message',
  text: (schema) => `
with newest as materialized (
  select run, closed_at from ${schema}.instance where shard = $1::smallint and id = $2::text and current
),
refused as (
  insert into ${schema}.orphan (shard, run, id, reason, payload)
  select $1::smallint, (select run from newest), $2::text,
    case when exists (select from newest) then 'closed-instance' else 'unknown-instance' end,
    json_build_object('message', $3::text, 'kind', $4::text, 'name', $5::text, 'input', $6::json)
  where not exists (select from newest where closed_at is null)
  returning reason
)
select case reason when 'closed-instance' then 'closed' else 'unknown' end as outcome from refused`,
};
