import type { Migration } from './migration.js';

/**
 * Limits that all workers share, and pauses (law S10). The shard is that of the kind of step, so that everything about one limit is on one node.
 *
 * - `step_limit`: one row per kind of step. What code declares, what was set at run time above it (`set_…`), and the pause.
 *   `turn` counts the looks that granted something: whoever read an older count does not grant (see take-permits).
 *   `served` is the highest turn that was granted, `full_workers` are those that have no use for another permit now.
 * - `permit`: one row per attempt that waits (`granted_at` is null), is under way, or is over and still counts for a rate (`ended_at`).
 *   It hangs on its worker's lease. `pool` is whose limit it counts against, `key` whose turn it is (see FairTurns).
 */
export const stepLimits: Migration = {
  number: 5,
  name: 'step-limits',
  sql: (schema) => `
create table ${schema}.step_limit (
  shard smallint not null,
  saga text not null,
  step text not null,
  concurrency integer,
  rate_count integer,
  rate_per bigint,
  set_concurrency integer,
  set_rate_count integer,
  set_rate_per bigint,
  paused_at timestamptz,
  paused_by text,
  pause_reason text,
  resumed_at timestamptz,
  resumed_by text,
  turn bigint not null default 0,
  served bigint not null default 0,
  full_workers uuid[] not null default '{}',
  primary key (shard, saga, step)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

create table ${schema}.permit (
  shard smallint not null,
  id uuid not null,
  saga text not null,
  step text not null,
  pool text not null,
  key text not null,
  priority double precision not null,
  turn bigint not null,
  worker uuid not null,
  instance_shard smallint not null,
  instance_run uuid not null,
  call integer not null,
  queued_at timestamptz not null default now(),
  granted_at timestamptz,
  ended_at timestamptz,
  primary key (shard, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

-- The queue of a pool in its order; what a pool has granted; the last turn of a key; what hangs on a worker; what a rate still counts.
create index permit_waiting on ${schema}.permit (shard, saga, step, pool, priority desc, turn, queued_at, id)
  where granted_at is null;
create index permit_granted on ${schema}.permit (shard, saga, step, pool, granted_at) where granted_at is not null;
create index permit_turn on ${schema}.permit (shard, saga, step, key, turn);
create index permit_worker on ${schema}.permit (worker, shard, saga, step);
create index permit_ended on ${schema}.permit (shard, saga, step) where ended_at is not null;
`,
};
