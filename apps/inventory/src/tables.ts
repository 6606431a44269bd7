import type { Migration } from '@shop/service';

export const SCHEMA = 'inventory';

/** The ledger has no unique key on purpose: an effect that happens twice must show as two rows. */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    sql: `create table inventory.stock (
            sku text primary key,
            available int not null default 0 check (available >= 0),
            reserved int not null default 0 check (reserved >= 0),
            gone int not null default 0 check (gone >= 0)
          );
          create table inventory.season (name text primary key, at timestamptz not null default clock_timestamp());
          create table inventory.ledger (
            id bigint generated always as identity primary key,
            order_id text,
            step_key text,
            kind text not null check (kind in ('delivery', 'reserve', 'release', 'handOver')),
            sku text not null,
            quantity int not null check (quantity > 0),
            at timestamptz not null default clock_timestamp()
          );
          create index ledger_order on inventory.ledger (order_id);`,
  },
];
