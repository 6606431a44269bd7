import type { Migration } from './migration.js';

/**
 * Who has what. `step_delivery`: one row per remote call whose request was under way for long, overwritten by its next such attempt; what is
 * answered soon leaves no row. `place` is the number of the call, another one for each input. `cue_delivery` learns when a cue was first
 * sent, and when its subscriber says that it had it; both are written with what is written anyway.
 */
export const deliveries: Migration = {
  number: 11,
  name: 'deliveries',
  sql: (schema) => `
create table ${schema}.step_delivery (
  shard smallint not null,
  run uuid not null,
  place integer not null,
  attempt integer not null,
  service text not null,
  operation text not null,
  sent_at timestamptz not null,
  primary key (shard, run, place)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

alter table ${schema}.cue_delivery
  add column sent_at timestamptz,
  add column received_at timestamptz,
  add column handled_at timestamptz;
`,
};
