import type { Migration } from '@shop/service';

export const SCHEMA = 'shop';

export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    sql: `create table shop.approval (
            order_id text primary key,
            total bigint not null,
            asked_at timestamptz not null default clock_timestamp(),
            outcome text
          );
          create index approval_open on shop.approval (asked_at) where outcome is null;`,
  },
  {
    number: 2,
    // An order of the models without a saga: the engine keeps no state for them.
    sql: `create table shop.purchase (
            order_id text primary key,
            status text not null default 'running'
              check (status in ('running', 'waiting', 'completed', 'compensated', 'failed')),
            placed jsonb not null,
            total bigint,
            reason text,
            parcel jsonb,
            started_at timestamptz not null default clock_timestamp(),
            closed_at timestamptz
          );
          create index purchase_open on shop.purchase (started_at) where closed_at is null;`,
  },
];
