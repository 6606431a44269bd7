import type { Migration } from './migration.js';

/**
 * Between instances, and between instances and those who ask them.
 *
 * - `reply`: what the sender of a message that asks for an answer is told; written with the turn that answers. Its key names the
 *   instance by its id, not its run: the sender knows the one, and the other may change when an instance continues as new.
 * - `outgoing`: messages from one instance to another, written with the turn that sends them, in the sender's shard; removed when they
 *   are in the mailbox of the receiver.
 * - `instance.parent`: the call that made a child.
 */
export const correspondence: Migration = {
  number: 6,
  name: 'correspondence',
  sql: (schema) => `
create table ${schema}.reply (
  shard smallint not null,
  instance text not null,
  message text not null,
  reply json not null,
  at timestamptz not null default now(),
  primary key (shard, instance, message)
) with (autovacuum_vacuum_scale_factor = 0.02);
create index reply_at on ${schema}.reply (at);

create table ${schema}.outgoing (
  shard smallint not null,
  run uuid not null,
  message text not null,
  to_shard smallint not null,
  to_id text not null,
  kind text not null,
  name text not null,
  input json not null,
  at timestamptz not null default now(),
  primary key (shard, run, message)
) with (autovacuum_vacuum_scale_factor = 0.02);
create index outgoing_at on ${schema}.outgoing (at);

alter table ${schema}.instance add column parent json;
`,
};
