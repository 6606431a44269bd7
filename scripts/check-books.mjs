// Checks the shop's books from the outside: reads the services' own tables and the instances' states with SQL and nothing else.
// Usage: node scripts/check-books.mjs [postgres url, else DATABASE_URL] [--run PREFIX]. Ends with 0 only if everything balances.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';

/** Every effect of every order, whatever service had it. `what` tells apart effects that an order may have several of. */
const EFFECTS = `
  select order_id, kind, sku as what, step_key, id from inventory.ledger where kind <> 'delivery'
  union all select order_id, kind, customer_id, step_key, id from payment.ledger where kind <> 'deposit'
  union all select order_id, kind, '', step_key, id from shipping.ledger
  union all select order_id, kind, cart_id, step_key, id from cart.ledger`;
const SAGAS = `select id, status, closed_at from reprise.instance where saga = 'order.place'`;
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
    figures: `select count(*)::int as orders, count(closed_at)::int as ended from (${SAGAS}) o where id like $1`,
    wrong: `select id, status from (${SAGAS}) o where closed_at is null and id like $1`,
    ofRun: true,
  },
  {
    name: 'every effect belongs to an order',
    figures: `select count(*)::int as effects, count(distinct order_id)::int as orders from (${EFFECTS}) e`,
    wrong: `select distinct order_id, kind from (${EFFECTS}) e where order_id not in (select id from (${SAGAS}) o)`,
  },
  {
    name: 'each effect happened exactly once',
    figures: `select count(*)::int as effects, count(distinct (order_id, kind, what))::int as different from (${EFFECTS}) e`,
    wrong: `select order_id, kind, what, count(*)::int as times from (${EFFECTS}) e group by 1, 2, 3 having count(*) > 1`,
  },
  {
    name: 'completed orders are done in every service: taken, reserved, charged, shipped, handed over, emptied; nothing undone',
    figures: `select count(*)::int as completed from (${SAGAS}) o where status = 'completed'`,
    wrong: `select id, kinds from (${SAGAS}) o left join lateral (
              select coalesce(array_agg(distinct kind order by kind), '{}') as kinds from (${EFFECTS}) e where e.order_id = o.id) k on true
            where status = 'completed' and kinds <> '{charge,empty,handOver,reserve,ship,take}'`,
  },
  {
    name: 'all other ended orders are undone in every service',
    figures: `select count(*)::int as others from (${SAGAS}) o where closed_at is not null and status <> 'completed'`,
    wrong: `select id, status, done, undone from (${SAGAS}) o join lateral (
              select count(*) filter (where kind = 'reserve')::int + count(*) filter (where kind = 'charge')::int
                   + count(*) filter (where kind = 'ship')::int + count(*) filter (where kind = 'take')::int as done,
                     count(*) filter (where kind in ('release', 'refund', 'cancel', 'giveBack'))::int as undone
                from (${EFFECTS}) e where e.order_id = o.id) k on true
            where closed_at is not null and status <> 'completed' and done <> undone`,
  },
  {
    name: 'stock taken = goods shipped, for every article of every ended order',
    figures: `select (select coalesce(sum(gone), 0)::int from inventory.stock) as pieces_gone,
                     (select coalesce(sum(quantity), 0)::int from (${SHIPPED}) s) as pieces_shipped`,
    wrong: `select coalesce(t.order_id, s.order_id) as order_id, coalesce(t.sku, s.sku) as sku, t.quantity as taken, s.quantity as shipped
              from (${TAKEN}) t full join (${SHIPPED}) s on s.order_id = t.order_id and s.sku = t.sku
             where coalesce(t.quantity, 0) <> coalesce(s.quantity, 0)
               and coalesce(t.order_id, s.order_id) in (select id from (${SAGAS}) o where closed_at is not null)`,
  },
  {
    name: 'money taken = orders completed, at the catalogue price of what was shipped',
    figures: `select coalesce(sum(case kind when 'charge' then amount when 'refund' then -amount else 0 end), 0)::float8 / 100 as money_taken,
                     (select coalesce(sum(s.quantity * a.price), 0)::float8 / 100 from (${SHIPPED}) s join product.article a using (sku)
                        join (${SAGAS}) o on o.id = s.order_id where status = 'completed') as worth_shipped
                from payment.ledger where order_id in (select id from (${SAGAS}) o where closed_at is not null)`,
    wrong: `select o.id, status, paid, worth from (${SAGAS}) o
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
    figures: `select count(*)::int as carts, count(*) filter (where emptied)::int as emptied from cart.cart`,
    wrong: `select c.id as cart, o.id as order_id, status from cart.cart c join (${SAGAS}) o on o.id = c.order_id
             where closed_at is not null and (status <> 'completed' or not emptied)
            union all
            select 'approval', o.id, status from shop.approval a join (${SAGAS}) o on o.id = a.order_id
             where closed_at is not null and outcome is null`,
  },
];

/**
 * @param {string} url
 * @param {string} [run] the prefix of the orders that must have reached an end; the other checks are about all orders
 * @returns {Promise<{ balanced: boolean, checks: { name: string, figures: string, wrong: object[] }[] }>}
 */
export async function checkBooks(url, run = '') {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const checks = [];
    for (const { name, figures, wrong, ofRun } of CHECKS) {
      const values = ofRun ? [`${run}%`] : [];
      const [row] = (await client.query(figures, values)).rows;
      checks.push({
        name,
        figures: Object.entries(row)
          .map(([key, value]) => `${key.replaceAll('_', ' ')} ${value}`)
          .join(', '),
        wrong: (await client.query(wrong, values)).rows,
      });
    }
    return { balanced: checks.every((check) => check.wrong.length === 0), checks };
  } finally {
    await client.end();
  }
}

/** The report as text, with the first faults of each check. */
export function describeBooks({ balanced, checks }) {
  const lines = checks.flatMap(({ name, figures, wrong }) => [
    `  ${wrong.length === 0 ? 'ok   ' : 'WRONG'} ${name} (${figures})`,
    ...wrong.slice(0, 5).map((row) => `          ${JSON.stringify(row)}`),
    ...(wrong.length > 5 ? [`          … and ${wrong.length - 5} more`] : []),
  ]);
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
