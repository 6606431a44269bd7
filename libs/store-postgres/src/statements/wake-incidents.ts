import type { Statement } from './statement.js';

/** $1 codes, $2 sagas, $3 versions: makes parked instances due and answers how many. Locks: their rows; those that somebody owns are left alone. */
export const wakeIncidents: Statement = {
  name: 'wake-incidents',
  text: (schema) => `
with woken as (
  update ${schema}.instance set wake_at = least(wake_at, now())
  where status = 'incident' and owner is null and error_code = any($1::text[])
    and (saga, version) in (select * from unnest($2::text[], $3::integer[]))
  returning 1
)
select count(*) as woken from woken`,
};
