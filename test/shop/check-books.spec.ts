import pg from 'pg';
import { migrate } from '../../apps/shop-service/src/migrate.js';
import { MIGRATIONS as CART } from '../../apps/cart/src/tables.js';
import { MIGRATIONS as INVENTORY } from '../../apps/inventory/src/tables.js';
import { MIGRATIONS as PAYMENT } from '../../apps/payment/src/tables.js';
import { MIGRATIONS as PRODUCT } from '../../apps/product/src/tables.js';
import { MIGRATIONS as SHIPPING } from '../../apps/shipping/src/tables.js';
import { MIGRATIONS as SHOP } from '../../apps/shop/src/tables.js';
import { checkBooks } from '../../scripts/check-books.mjs';
import { scratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';

const TABLES = { cart: CART, inventory: INVENTORY, payment: PAYMENT, product: PRODUCT, shipping: SHIPPING, shop: SHOP };

/** One order that went well, and one that was charged and given back. A cup costs 750. */
const TWO_ORDERS = `
  truncate reprise.instance, cart.cart, cart.ledger, inventory.stock, inventory.ledger, payment.ledger, shipping.ledger, shop.approval, shop.purchase;
  insert into reprise.instance values ('good', 'order.place', 'completed', now()), ('bad', 'order.place', 'compensated', now());
  insert into cart.cart values ('c1', 'c-001', '[]', 'good', true), ('c2', 'c-001', '[]', null, false);
  insert into cart.ledger (order_id, step_key, kind, cart_id) values
    ('good', 'g:1', 'take', 'c1'), ('good', 'g:5', 'empty', 'c1'), ('bad', 'b:1', 'take', 'c2'), ('bad', 'b:6', 'giveBack', 'c2');
  insert into inventory.stock values ('cup-white', 98, 0, 2);
  insert into inventory.ledger (order_id, step_key, kind, sku, quantity) values (null, null, 'delivery', 'cup-white', 100),
    ('good', 'g:2', 'reserve', 'cup-white', 2), ('good', 'g:6', 'handOver', 'cup-white', 2),
    ('bad', 'b:2', 'reserve', 'cup-white', 1), ('bad', 'b:5', 'release', 'cup-white', 1);
  update payment.account set balance = 0;
  update payment.account set balance = 3500 where customer_id = 'c-001';
  insert into payment.ledger (order_id, step_key, kind, customer_id, amount) values (null, null, 'deposit', 'c-001', 5000),
    ('good', 'g:3', 'charge', 'c-001', 1500), ('bad', 'b:3', 'charge', 'c-001', 750), ('bad', 'b:4', 'refund', 'c-001', 750);
  insert into shipping.ledger (order_id, step_key, kind, carrier, lines) values
    ('good', 'g:4', 'ship', 'Zephyr', '[{"sku":"cup-white","quantity":2}]');`;

/** What may have gone wrong, and a word of the check that has to notice. */
const WRONGS: readonly (readonly [what: string, sql: string, noticed: string])[] = [
  ['an order that is still open', `update reprise.instance set closed_at = null, status = 'running'`, 'reached an end'],
  ['a double charge', doubled('payment', 'charge', 'customer_id, amount'), 'exactly once'],
  ['a double refund', doubled('payment', 'refund', 'customer_id, amount'), 'exactly once'],
  ['a double reservation', doubled('inventory', 'reserve', 'sku, quantity'), 'exactly once'],
  ['a second parcel', doubled('shipping', 'ship', 'carrier, lines'), 'exactly once'],
  ['a charge that nobody gave back', `delete from payment.ledger where kind = 'refund'`, 'are undone'],
  ['stock that nobody gave back', `delete from inventory.ledger where kind = 'release'`, 'are undone'],
  ['a parcel that never left', `delete from shipping.ledger`, 'goods shipped'],
  [
    'a parcel of the wrong size',
    `update shipping.ledger set lines = '[{"sku":"cup-white","quantity":3}]'`,
    'goods shipped',
  ],
  ['a wrong price', `update payment.ledger set amount = 1400 where order_id = 'good'`, 'money taken'],
  ['an effect of an order nobody knows', `delete from reprise.instance where id = 'bad'`, 'belongs to an order'],
  ['stock that changed by itself', `update inventory.stock set available = 99`, 'stock agrees'],
  ['a balance that changed by itself', `update payment.account set balance = 1`, 'accounts agree'],
  ['a cart that stays taken', `update cart.cart set order_id = 'bad' where id = 'c2'`, 'cart taken'],
  ['an approval that stays open', `insert into shop.approval values ('good', 1500)`, 'approval open'],
  ['goods that were promised only', `delete from inventory.ledger where kind = 'handOver'`, 'done in every service'],
];

function doubled(service: string, kind: string, columns: string): string {
  return `insert into ${service}.ledger (order_id, step_key, kind, ${columns})
            select order_id, step_key, kind, ${columns} from ${service}.ledger where kind = '${kind}'`;
}

describe('the check of the books', () => {
  let database: ScratchDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await scratchDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    for (const [schema, migrations] of Object.entries(TABLES)) await migrate(database.url, schema, migrations);
    await client.query(
      `create schema reprise; create table reprise.instance (id text, saga text, status text, closed_at timestamptz, error json)`,
    );
  });

  beforeEach(() => client.query(TWO_ORDERS));

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('finds nothing wrong with two orders, one done and one undone', async () => {
    const books = await checkBooks(database.url);
    expect(books.checks.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
    expect(books.balanced).toBe(true);
  });

  it.each(WRONGS)('notices %s', async (_what, sql, noticed) => {
    await client.query(sql);
    const books = await checkBooks(database.url);
    expect(books.balanced).toBe(false);
    const names = books.checks.filter(({ wrong }) => wrong.length > 0).map(({ name }) => name);
    expect(names).toContainEqual(expect.stringContaining(noticed));
  });

  it('names what is half done, and what stands of it', async () => {
    expect((await checkBooks(database.url)).halfDone).toEqual([]);
    await client.query(`delete from payment.ledger where kind = 'refund'; delete from shipping.ledger`);
    const { halfDone } = await checkBooks(database.url);
    expect(halfDone).toEqual([
      { id: 'bad', status: 'compensated', reason: null, standing: ['charged 7.50'] },
      {
        id: 'good',
        status: 'completed',
        reason: null,
        standing: ['cart taken', '2 pieces of stock held', 'charged 15.00'],
      },
    ]);
  });

  it('finds orders that no saga has, and looks at those of one run alone', async () => {
    await client.query(
      `insert into shop.purchase (order_id, status, placed, closed_at) select id, status, '{}', now() from reprise.instance;
       truncate reprise.instance;
       delete from payment.ledger where kind = 'refund'`,
    );
    expect((await checkBooks(database.url)).halfDone.map(({ id }) => id)).toEqual(['bad']);
    expect((await checkBooks(database.url, 'bad')).balanced).toBe(false);
    const { balanced, checks } = await checkBooks(database.url, 'good');
    expect(checks.filter(({ wrong }) => wrong.length > 0)).toEqual([
      expect.objectContaining({ name: 'the accounts agree with their ledger' }),
    ]);
    expect(balanced).toBe(false);
  });
});
