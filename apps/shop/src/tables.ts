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
];
