import type { Migration } from '@shop/service';

export const SCHEMA = 'cart';

/** The ledger has no unique key on purpose: an effect that happens twice must show as two rows. */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    sql: `create table cart.cart (
            id text primary key,
            customer_id text not null,
            lines jsonb not null,
            order_id text,
            emptied boolean not null default false
          );
          create index cart_order on cart.cart (order_id);
          create table cart.ledger (
            id bigint generated always as identity primary key,
            order_id text not null,
            step_key text not null,
            kind text not null check (kind in ('take', 'giveBack', 'empty')),
            cart_id text not null,
            at timestamptz not null default clock_timestamp()
          );
          create index ledger_order on cart.ledger (order_id);`,
  },
];
