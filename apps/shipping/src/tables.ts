import type { Migration } from '@shop/service';

export const SCHEMA = 'shipping';

/** The ledger has no unique key on purpose: an effect that happens twice must show as two rows. */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    sql: `create table shipping.carrier (region text primary key, name text not null);
          insert into shipping.carrier values
            ('north', 'Skadi Freight'), ('south', 'Auster Parcel'), ('east', 'Morgen Post'),
            ('west', 'Zephyr Couriers'), ('islands', 'Ferry & Sons');
          create table shipping.ledger (
            id bigint generated always as identity primary key,
            order_id text not null,
            step_key text not null,
            kind text not null check (kind in ('ship', 'cancel')),
            carrier text not null,
            lines jsonb not null,
            at timestamptz not null default clock_timestamp()
          );
          create index ledger_order on shipping.ledger (order_id);`,
  },
];
