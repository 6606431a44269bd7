import type { Migration } from '@shop/service';

export const SCHEMA = 'payment';

/** The ledger has no unique key on purpose: an effect that happens twice must show as two rows. Amounts are cents. */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    sql: `create table payment.account (
            customer_id text primary key,
            allowance int not null,
            balance bigint not null default 0 check (balance >= 0)
          );
          insert into payment.account (customer_id, allowance)
            select 'c-' || lpad(n::text, 3, '0'), 5000000 from generate_series(1, 80) n;
          insert into payment.account (customer_id, allowance) values ('c-901', 500), ('c-902', 1200), ('c-903', 0);
          create table payment.season (name text primary key, at timestamptz not null default clock_timestamp());
          create table payment.ledger (
            id bigint generated always as identity primary key,
            order_id text,
            step_key text,
            kind text not null check (kind in ('deposit', 'charge', 'refund')),
            customer_id text not null,
            amount bigint not null check (amount >= 0),
            at timestamptz not null default clock_timestamp()
          );
          create index ledger_order on payment.ledger (order_id);`,
  },
];
