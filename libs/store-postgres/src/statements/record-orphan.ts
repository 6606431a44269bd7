import type { Statement } from './statement.js';

/** $1 shard, $2 run, $3 id, $4 reason, $5 call, $6 attempt, $7 payload. Inserts only. */
export const recordOrphan: Statement = {
  name: 'record-orphan',
  text: (schema) => `
insert into ${schema}.orphan (shard, run, id, reason, call, attempt, payload)
values ($1::smallint, $2::uuid, $3::text, $4::text, $5::integer, $6::integer, $7::json)`,
};
