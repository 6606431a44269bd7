import type { Migration } from './migration.js';

/**
 * A tour of the tables. Every key begins with the shard, a small hash of the instance's id, so that a distributed PostgreSQL can
 * route each statement to one node.
 *
 * - `instance`: one row per run of a saga; what people and claims see without reading a history. Changes seldom: when it is claimed,
 *   given back, closed, gets a message, or its status changes. Never at an ordinary step.
 *   `current` marks the newest run of an id. The unique index over it is law I1 and the way from an id to its run.
 *   `wake_at` says when somebody has to look at it: while nobody owns it, when it is due; while a worker owns it, a finite time
 *   means "it has mail". `posted` numbers its messages in order of arrival, `unread` counts those that no turn has taken in.
 * - `history`: the truth. One row per turn, insert only; the key is the proof that a position is written once (law W3).
 * - `message`: the mailbox. A row leaves with the turn that takes it in.
 * - `worker`: one row per process that runs sagas, with its lease on this database's clock (law W1). A worker that was taken for
 *   dead keeps its row for a while (`freed_at`), so that its heartbeat is answered with "begin anew".
 * - `orphan`: replies and messages that nobody could take (law S7).
 * - `event`: a view of `history` with one row per event, for people.
 */
export const histories: Migration = {
  number: 1,
  name: 'histories',
  sql: (schema) => `
create table ${schema}.instance (
  shard smallint not null,
  run uuid not null,
  id text not null,
  saga text not null,
  version integer not null,
  status text not null,
  retrying boolean not null,
  error json,
  error_code text,
  tags json not null,
  current boolean not null default true,
  owner uuid,
  wake_at timestamptz not null,
  posted integer not null default 0,
  unread integer not null default 0,
  started_at timestamptz not null default now(),
  closed_at timestamptz,
  primary key (shard, run),
  check (current or closed_at is not null),
  check (closed_at is null or owner is null)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

-- Law I1: at most one current run per id. Also the way from an id to its newest run.
create unique index instance_current on ${schema}.instance (shard, id) where current;

-- Claims (owner is null), mail (owner = me and wake_at < infinity), and freeing what a dead worker held.
create index instance_due on ${schema}.instance (owner, wake_at) where closed_at is null;

-- Incidents are few, instances that wait are many: waking the former must not read the latter.
create index instance_incident on ${schema}.instance (saga, version) where status = 'incident';

create table ${schema}.history (
  shard smallint not null,
  run uuid not null,
  seq integer not null,
  at bigint not null,
  events json not null,
  primary key (shard, run, seq)
);

create table ${schema}.message (
  shard smallint not null,
  run uuid not null,
  number integer not null,
  id text not null,
  kind text not null,
  name text not null,
  input json not null,
  posted_at timestamptz not null default now(),
  primary key (shard, run, number),
  unique (shard, run, id)
) with (autovacuum_vacuum_scale_factor = 0.02);

create table ${schema}.worker (
  id uuid primary key,
  lease_until timestamptz not null,
  hosted json not null,
  started_at timestamptz not null default now(),
  freed_at timestamptz
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

create table ${schema}.orphan (
  number bigint generated always as identity primary key,
  shard smallint not null,
  run uuid,
  id text not null,
  reason text not null,
  call integer,
  attempt integer,
  payload json,
  at timestamptz not null default now()
);
create index orphan_id on ${schema}.orphan (shard, id);

-- The type is read off the beginning of the text: json operators would fail on an event that holds the escape \\u0000.
create view ${schema}.event as
select history.shard, history.run, instance.id, history.seq, element.position,
  to_timestamp(history.at / 1000.0) as at,
  substring(element.event::text from '^\\s*\\{\\s*"type"\\s*:\\s*"(\\w+)"') as type,
  element.event
from ${schema}.history
join ${schema}.instance using (shard, run)
cross join lateral json_array_elements(history.events) with ordinality as element(event, position);
`,
};
