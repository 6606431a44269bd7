import type { Migration } from './migration.js';

/**
 * What finds and removes instances.
 *
 * - `tag`: one row per tag of a run, written only by turns that change tags. `instance.tags` stays for showing. A table of its own, not an
 *   index over `instance.tags`: every claim writes the instance's row anew with an entry in each of its indexes, equal values have
 *   statistics, and the index gives the pages of one value newest first without sorting. `value` is the value as JSON text, so that
 *   equal values are equal texts; `number` holds numbers, and dates as milliseconds, for ranges.
 *   Names that held control characters before there were rules for names stay on show and are not found.
 * - `instance_listed`: pages of one saga and status, newest first. Lists of several are merged from it, see list-instances.
 * - `instance_open`: which versions wait, for the census.
 * - `instance_ended`: what may go, oldest end first.
 * - `orphan_run`: the orphans that go with an instance.
 */
export const catalogue: Migration = {
  number: 3,
  name: 'catalogue',
  sql: (schema) => `
create table ${schema}.tag (
  shard smallint not null,
  run uuid not null,
  name text collate "C" not null,
  value text collate "C" not null,
  number double precision,
  started_at timestamptz not null,
  primary key (shard, run, name)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

insert into ${schema}.tag (shard, run, name, value, started_at)
select instance.shard, instance.run, tag.key, tag.value::text, instance.started_at
from (select * from ${schema}.instance where strpos(tags::text, '\\u') = 0 offset 0) instance
cross join lateral json_each(instance.tags) tag;

create index tag_value on ${schema}.tag (name, value, started_at, run);

create index instance_listed on ${schema}.instance (saga, status, started_at, run);
create index instance_open on ${schema}.instance (saga, version) where closed_at is null;
create index instance_ended on ${schema}.instance (saga, status, closed_at) where closed_at is not null;
create index orphan_run on ${schema}.orphan (shard, run);
`,
};
