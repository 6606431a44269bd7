// Checks the shop's books from the outside: reads the services' own tables and the orders' states with SQL and nothing else.
// Usage: node scripts/check-books.mjs [postgres url, else DATABASE_URL] [--run PREFIX]. With a prefix only the orders whose ids begin
// with it are looked at. Ends with 0 only if everything balances.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';

/** Every effect of the orders, whatever service had it. `what` tells apart effects that an order may have several of. */
const EFFECTS = `
  select order_id, kind, sku as what, step_key, id from inventory.ledger where kind <> 'delivery'
  union all select order_id, kind, customer_id, step_key, id from payment.ledger where kind <> 'deposit'
  union all select order_id, kind, '', step_key, id from shipping.ledger
  union all select order_id, kind, cart_id, step_key, id from cart.ledger`;
/** Where orders are on record: as instances of a saga, and, in the models without one, in a table of the shop. */
const RECORDS = {
  'reprise.instance': `select id, status, closed_at, error->>'name' as reason from reprise.instance where saga = 'order.place'`,
  'shop.purchase': `select order_id as id, status, closed_at, reason from shop.purchase`,
};
const SHIPPED = `
  select order_id, line->>'sku' as sku, sum((line->>'quantity')::int * case kind when 'ship' then 1 else -1 end)::int as quantity
    from shipping.ledger, jsonb_array_elements(lines) line group by 1, 2`;
const TAKEN = `
  select order_id, sku, sum(case kind when 'reserve' then quantity when 'release' then -quantity else 0 end)::int as quantity
    from inventory.ledger where order_id is not null group by 1, 2`;

/** Each check lists what is wrong: no rows, no fault. `figures` says in numbers what was compared. */
const CHECKS = [
  {
    name: 'every order has reached an end',
    figures: `select count(*)::int as orders, count(closed_at)::int as ended from orders`,
    wrong: `select id, status from orders where closed_at is null`,
  },
  {
    name: 'every effect belongs to an order',
    figures: `select count(*)::int as effects, count(distinct order_id)::int as orders from effects e`,
    wrong: `select distinct order_id, kind from effects e where order_id not in (select id from orders)`,
  },
  {
    name: 'each effect happened exactly once',
    figures: `select count(*)::int as effects, count(distinct (order_id, kind, what))::int as different from effects e`,
    wrong: `select order_id, kind, what, count(*)::int as times from effects e group by 1, 2, 3 having count(*) > 1`,
  },
  {
    name: 'completed orders are done in every service: taken, reserved, charged, shipped, handed over, emptied; nothing undone',
    figures: `select count(*)::int as completed from orders o where status = 'completed'`,
    wrong: `select id, kinds from orders o left join lateral (
              select coalesce(array_agg(distinct kind order by kind), '{}') as kinds from effects e where e.order_id = o.id) k on true
            where status = 'completed' and kinds <> '{charge,empty,handOver,reserve,ship,take}'`,
  },
  {
    name: 'all other ended orders are undone in every service',
    figures: `select count(*)::int as others from orders o where closed_at is not null and status <> 'completed'`,
    wrong: `select id, status, done, undone from orders o join lateral (
              select count(*) filter (where kind = 'reserve')::int + count(*) filter (where kind = 'charge')::int
                   + count(*) filter (where kind = 'ship')::int + count(*) filter (where kind = 'take')::int as done,
                     count(*) filter (where kind in ('release', 'refund', 'cancel', 'giveBack'))::int as undone
                from effects e where e.order_id = o.id) k on true
            where closed_at is not null and status <> 'completed' and done <> undone`,
  },
  {
    name: 'stock taken = goods shipped, for every article of every ended order',
    figures: `select (select coalesce(sum(quantity), 0)::int from (${TAKEN}) t where order_id in (select id from orders)) as pieces_taken,
                     (select coalesce(sum(quantity), 0)::int from (${SHIPPED}) s where order_id in (select id from orders)) as pieces_shipped`,
    wrong: `select coalesce(t.order_id, s.order_id) as order_id, coalesce(t.sku, s.sku) as sku, t.quantity as taken, s.quantity as shipped
              from (${TAKEN}) t full join (${SHIPPED}) s on s.order_id = t.order_id and s.sku = t.sku
             where coalesce(t.quantity, 0) <> coalesce(s.quantity, 0)
               and coalesce(t.order_id, s.order_id) in (select id from orders o where closed_at is not null)`,
  },
  {
    name: 'money taken = orders completed, at the catalogue price of what was shipped',
    figures: `select coalesce(sum(case kind when 'charge' then amount when 'refund' then -amount else 0 end), 0)::float8 / 100 as money_taken,
                     (select coalesce(sum(s.quantity * a.price), 0)::float8 / 100 from (${SHIPPED}) s join product.article a using (sku)
                        join orders o on o.id = s.order_id where status = 'completed') as worth_shipped
                from payment.ledger where order_id in (select id from orders o where closed_at is not null)`,
    wrong: `select o.id, status, paid, worth from orders o
              join lateral (select coalesce(sum(case kind when 'charge' then amount when 'refund' then -amount end), 0)::int as paid
                              from payment.ledger l where l.order_id = o.id) p on true
              join lateral (select coalesce(sum(s.quantity * a.price), 0)::int as worth
                              from (${SHIPPED}) s join product.article a using (sku) where s.order_id = o.id) w on true
             where closed_at is not null and paid <> case status when 'completed' then worth else 0 end`,
  },
  {
    name: 'the stock agrees with its ledger',
    figures: `select coalesce(sum(available), 0)::int as available, coalesce(sum(reserved), 0)::int as reserved, coalesce(sum(gone), 0)::int as gone from inventory.stock`,
    wrong: `select sku, available, reserved, gone, delivered, held from inventory.stock join lateral (
              select coalesce(sum(quantity) filter (where kind = 'delivery'), 0)::int as delivered,
                     coalesce(sum(case kind when 'reserve' then quantity when 'release' then -quantity end), 0)::int as held
                from inventory.ledger l where l.sku = stock.sku) l on true
             where available + reserved + gone <> delivered or reserved + gone <> held`,
  },
  {
    name: 'the accounts agree with their ledger',
    figures: `select sum(balance)::float8 / 100 as balances from payment.account`,
    wrong: `select customer_id, balance, booked from payment.account join lateral (
              select coalesce(sum(case kind when 'charge' then -amount else amount end), 0) as booked
                from payment.ledger l where l.customer_id = account.customer_id) l on true
             where balance <> booked`,
  },
  {
    name: 'no ended order leaves a cart taken or an approval open',
    figures: `select count(*)::int as carts, count(*) filter (where emptied)::int as emptied from cart.cart
               where order_id in (select id from orders)`,
    wrong: `select c.id as cart, o.id as order_id, status from cart.cart c join orders o on o.id = c.order_id
             where closed_at is not null and (status <> 'completed' or not emptied)
            union all
            select 'approval', o.id, status from shop.approval a join orders o on o.id = a.order_id
             where closed_at is not null and outcome is null`,
  },
];

/** Ended orders that are neither done nor undone: what stands of them, in words. */
const HALF_DONE = `
  select id, status, reason,
         array_remove(array[case when carts > 0 then 'cart taken' end,
                            case when pieces > 0 then pieces || ' pieces of stock held' end,
                            case when money > 0 then 'charged ' || to_char(money / 100.0, 'FM999990.00') end,
                            case when parcels > 0 then 'parcel under way' end], null) as standing
    from orders
    join lateral (select coalesce(sum(case kind when 'take' then 1 when 'giveBack' then -1 end), 0) as carts
                    from cart.ledger where order_id = orders.id) c on true
    join lateral (select coalesce(sum(case kind when 'reserve' then quantity when 'release' then -quantity end), 0) as pieces
                    from inventory.ledger where order_id = orders.id) i on true
    join lateral (select coalesce(sum(case kind when 'charge' then amount when 'refund' then -amount end), 0) as money
                    from payment.ledger where order_id = orders.id) p on true
    join lateral (select coalesce(sum(case kind when 'ship' then 1 when 'cancel' then -1 end), 0) as parcels
                    from shipping.ledger where order_id = orders.id) s on true
   where closed_at is not null
     and case when status = 'completed' then least(carts, pieces, money, parcels) <= 0
              else greatest(carts, pieces, money, parcels) > 0 end
   order by id`;

/** Names the orders, wherever they are on record, and their effects. The views end with the connection. */
async function nameOrders(client, run) {
  const there = await client.query('select name from unnest($1::text[]) name where to_regclass(name) is not null', [
    Object.keys(RECORDS),
  ]);
  if (there.rows.length === 0) throw new Error('No shop has run in this database.');
  const records = there.rows.map(({ name }) => RECORDS[name]).join(' union all ');
  await client.query(`select set_config('books.run', $1, false)`, [run]);
  await client.query(`
    create temp view orders as select * from (${records}) o where starts_with(id, current_setting('books.run'));
    create temp view effects as select * from (${EFFECTS}) e where starts_with(order_id, current_setting('books.run'))`);
}

/**
 * @param {string} url
 * @param {string} [run] the prefix of the orders to look at; default all of them
 * @returns {Promise<{ balanced: boolean, checks: { name: string, figures: string, wrong: object[] }[],
 *   halfDone: { id: string, status: string, reason: string | null, standing: string[] }[] }>}
 */
export async function checkBooks(url, run = '') {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await nameOrders(client, run);
    await client.query('begin isolation level repeatable read read only');
    const checks = [];
    for (const { name, figures, wrong } of CHECKS) {
      const [row] = (await client.query(figures)).rows;
      checks.push({
        name,
        figures: Object.entries(row)
          .map(([key, value]) => `${key.replaceAll('_', ' ')} ${value}`)
          .join(', '),
        wrong: (await client.query(wrong)).rows,
      });
    }
    const halfDone = (await client.query(HALF_DONE)).rows;
    return { balanced: checks.every((check) => check.wrong.length === 0), checks, halfDone };
  } finally {
    await client.end();
  }
}

/** The report as text, with the first faults of each check and what is half done by name. */
export function describeBooks({ balanced, checks, halfDone }) {
  const lines = checks.flatMap(({ name, figures, wrong }) => [
    `  ${wrong.length === 0 ? 'ok   ' : 'WRONG'} ${name} (${figures})`,
    ...wrong.slice(0, 5).map((row) => `          ${JSON.stringify(row)}`),
    ...(wrong.length > 5 ? [`          … and ${wrong.length - 5} more`] : []),
  ]);
  const names = halfDone.slice(0, 20).map(({ id, status, reason, standing }) => {
    return `    ${id}: ${status}${reason ? ` (${reason})` : ''}, and yet: ${standing.join(', ') || 'nothing of it is done'}`;
  });
  if (names.length > 0) lines.push(`  Half done are ${halfDone.length} orders:`, ...names);
  if (halfDone.length > names.length) lines.push(`    … and ${halfDone.length - names.length} more`);
  return [...lines, balanced ? '  The books balance.' : '  THE BOOKS DO NOT BALANCE.'].join('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { run: { type: 'string' } } });
  const url = positionals[0] ?? process.env.DATABASE_URL;
  if (!url) throw new Error('Give a postgres:// url, or set DATABASE_URL.');
  const report = await checkBooks(url, values.run);
  console.log(describeBooks(report));
  process.exitCode = report.balanced ? 0 : 1;
}
