import type { Migration } from './migration.js';

/**
 * `schedule`: one row per schedule (law M7); few rows, changed once a tick. It is no part of any instance, so its key has no shard: a
 * distributed PostgreSQL keeps the table whole on one node.
 *
 * `due_at` says when somebody has to look at the row: at its next tick; while a worker is at it, when that one is taken for dead;
 * while a tick waits for the end of the instance before, now and then. `revision` counts changes, and every change names the one it has read.
 */
export const schedules: Migration = {
  number: 4,
  name: 'schedules',
  sql: (schema) => `
create table ${schema}.schedule (
  name text collate "C" primary key,
  saga text not null,
  version integer not null,
  origin text not null check (origin in ('code', 'call')),
  cron text not null,
  time_zone text not null,
  overlap text not null,
  catch_up text not null,
  catch_up_window bigint,
  input json,
  state text not null check (state in ('active', 'paused', 'retired')),
  note text,
  next_tick timestamptz,
  waiting_tick timestamptz,
  due_at timestamptz,
  last_tick timestamptz,
  last_instance text,
  started bigint not null,
  skipped bigint not null,
  skipped_tick timestamptz,
  skip_reason text,
  revision bigint not null,
  created_at timestamptz not null default now()
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- What is due, and when the next one is.
create index schedule_due on ${schema}.schedule (due_at) where state = 'active';

-- From an instance that has ended to the tick that waits for it.
create index schedule_waiting on ${schema}.schedule (last_instance) where waiting_tick is not null;

-- What stands in the code, which every worker looks for when it starts.
create index schedule_of_code on ${schema}.schedule (saga) where origin = 'code';
`,
};
