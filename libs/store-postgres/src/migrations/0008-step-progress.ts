import type { Migration } from './migration.js';

/**
 * `step_progress`: one row per call of which an attempt has said how far it has come (law S5), overwritten by what is said next and
 * removed when the call ends. Pages keep room, so that a row is replaced where it is and no index hears of it.
 */
export const stepProgress: Migration = {
  number: 8,
  name: 'step-progress',
  sql: (schema) => `
create table ${schema}.step_progress (
  shard smallint not null,
  run uuid not null,
  call integer not null,
  attempt integer not null,
  details json not null,
  at timestamptz not null default now(),
  primary key (shard, run, call)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
`,
};
