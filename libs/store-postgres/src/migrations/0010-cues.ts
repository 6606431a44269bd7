import type { Migration } from './migration.js';

/**
 * Events on their way to those who hear them (law M6).
 *
 * - `cue`: one row for each event that was published, with its payload and what it comes from; written once. `number` is the order of
 *   publication, by which each subscriber gets the cues of one key. `marks` are hashes of the payload's fields, by which waits find it.
 * - `cue_delivery`: one row for each cue and subscriber, with what became of it. `due_at` is also the lease of whoever has taken it.
 * - `cue_subscription`: who hears which events, as the processes that can reach them say.
 * - `cue_wait`: calls of instances that wait for a cue.
 */
export const cues: Migration = {
  number: 10,
  name: 'cues',
  sql: (schema) => `
create table ${schema}.cue (
  id text primary key,
  number bigint generated always as identity,
  event text not null,
  key text not null,
  payload json not null,
  links json not null,
  marks text[] not null,
  at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0.02);
create index cue_marks on ${schema}.cue using gin (marks);
create index cue_at on ${schema}.cue (at);

create table ${schema}.cue_delivery (
  subscriber text not null,
  cue text not null,
  key text not null,
  number bigint not null,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'dead')),
  attempts integer not null default 0,
  due_at timestamptz not null default now(),
  since timestamptz not null default now(),
  settled_at timestamptz,
  error json,
  primary key (subscriber, cue)
) with (autovacuum_vacuum_scale_factor = 0.02);
create index cue_delivery_by_cue on ${schema}.cue_delivery (cue);
create index cue_delivery_pending on ${schema}.cue_delivery (subscriber, number) where state = 'pending';
create index cue_delivery_order on ${schema}.cue_delivery (subscriber, key, number) where state = 'pending';
create index cue_delivery_dead on ${schema}.cue_delivery (settled_at) where state = 'dead';

create table ${schema}.cue_subscription (
  event text not null,
  subscriber text not null,
  primary key (event, subscriber)
);

create table ${schema}.cue_wait (
  shard smallint not null,
  run uuid not null,
  call integer not null,
  id text not null,
  event text not null,
  marks text[] not null,
  except_cues text[] not null,
  primary key (shard, run, call)
);
create index cue_wait_mark on ${schema}.cue_wait (event, (marks[1]));
`,
};
